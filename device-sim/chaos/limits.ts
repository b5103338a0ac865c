import type { Purchase } from '../merchant/purchase.ts';
import { type BookOrder, CLOCK_TOLERANCE_MS, monthOf } from './balance.ts';

/** Money that came back or never led to goods is nobody's any more. */
const OVER = ['lost', 'returned'];

/**
 * No order under a standing consent was announced beyond the customer's limit of the month, with all that was
 * spent before. What the customer agreed to one by one may go beyond it, and counts against the orders after it.
 */
export function checkLimits(
  orders: readonly BookOrder[],
  purchases: readonly Purchase[],
  limitOf: (customerId: string) => number,
): string[] {
  const live = new Set(
    purchases.filter(({ status }) => status !== 'cancelled').map((one) => one.clientReference),
  );
  const spent = orders.filter(({ id, status }) => live.has(id) && !OVER.includes(status));
  const byMonth = Map.groupBy(spent, monthOf);
  return [...byMonth].flatMap(([month, all]) =>
    all.flatMap((order) => {
      if (order.consentId === null) return [];
      const before = all.filter((one) => isBefore(one, order)).reduce((sum, one) => sum + one.totalMinor, 0);
      const limit = limitOf(order.customerId);
      const minor = before + order.totalMinor;
      return minor > limit
        ? [`${month}: order ${order.id} brought it to ${minor}, the mandate allows ${limit}`]
        : [];
    }),
  );
}

/** Certainly before: clocks are wrong against each other while they are skewed. */
function isBefore(one: BookOrder, other: BookOrder): boolean {
  const [at, otherAt] = [one.announcedAt?.getTime() ?? 0, other.announcedAt?.getTime() ?? 0];
  return at + CLOCK_TOLERANCE_MS < otherAt || (one.consentId !== null && one !== other && at < otherAt);
}
