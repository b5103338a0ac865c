import { cancelWindowMs, profileOf } from '../../core/jurisdictions.ts';
import { replan } from '../../core/replan.ts';
import type { Instant } from '../../core/types.ts';
import { loadSiteCalendar } from '../../platform/site-calendar.ts';
import { currentPolicy } from '../policy.ts';
import type { MessageDeps } from './deps.ts';
import type { Delivery } from './load-delivery.ts';

/** An announcement as it is told at this moment, which its customer's time to cancel begins with. */
export interface AnnouncementNow {
  readonly cancelUntil: Instant;
  readonly dueAt: Instant;
  readonly arrivesFrom: string | null;
  readonly arrivesTo: string | null;
}

/**
 * The deadline and the dates to tell: as planned, or later when the announcement goes out late, so that the customer
 * always has the whole window that the law and the settings give. null: this message is no announcement.
 */
export async function announcementNow(
  deps: MessageDeps,
  delivery: Delivery,
): Promise<AnnouncementNow | null> {
  const { customer, order, kind } = delivery;
  if (kind !== 'announcement' || customer === null || order === null) return null;
  const now = deps.clock.now();
  const planned = {
    cancelUntil: order.cancelUntil === null ? now : Date.parse(order.cancelUntil),
    dueAt: order.dueAt === null ? now : Date.parse(order.dueAt),
    arrivesFrom: order.arrivesFrom,
    arrivesTo: order.arrivesTo,
  };
  // Another channel told it before: its deadline stands.
  if (order.noticedAt !== null) return planned;
  const { settings } = await currentPolicy(deps.database.pool, deps.config);
  const window = cancelWindowMs(settings.cancelWindowMs, profileOf(customer.jurisdiction));
  const cancelUntil = Math.max(planned.cancelUntil, now + window);
  const told = toldPlacement(delivery) ?? planned.dueAt;
  const dueAt = Math.max(told, cancelUntil);
  if (planned.arrivesFrom === null || planned.arrivesTo === null || dueAt <= told) {
    return { ...planned, cancelUntil, dueAt };
  }
  const calendar = await loadSiteCalendar(deps.database.pool, order.deviceId, now);
  if (calendar === null) return { ...planned, cancelUntil, dueAt };
  const before = { placeAt: told, arrivesFrom: planned.arrivesFrom, arrivesTo: planned.arrivesTo };
  const plan = replan(before, dueAt, calendar);
  if (!Number.isFinite(plan.placeAt)) return { ...planned, cancelUntil, dueAt };
  return { cancelUntil, dueAt: plan.placeAt, arrivesFrom: plan.arrivesFrom, arrivesTo: plan.arrivesTo };
}

/** When the order was to be placed as it was announced; its due_at may meanwhile be that of another look. */
function toldPlacement({ detail }: Delivery): Instant | null {
  const { dueAt } = detail;
  return typeof dueAt === 'string' ? Date.parse(dueAt) : null;
}
