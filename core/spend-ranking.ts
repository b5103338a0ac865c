/**
 * Under a spend cap, orders go by the stockout cost they avoid per unit of money; those that no longer
 * fit are deferred with the risk they carry. Greedy by ratio: what a person would do, and within one
 * item of the best choice.
 */
export interface RankedItem {
  readonly id: string;
  /** Minor units that ordering now avoids, in expectation: risk less what waiting saves. */
  readonly avoidedMinor: number;
  /** Minor units that the order spends, shipping included. */
  readonly spendMinor: number;
  /** P(empty before an order placed now arrives). */
  readonly emptyBeforeArrival: number;
}

export interface Ranking {
  readonly ordered: readonly RankedItem[];
  readonly deferred: readonly (RankedItem & { readonly reason: string })[];
  readonly leftMinor: number;
}

/** Spreads `budgetMinor` over the items. Ties go by id, so that the answer does not depend on the order given. */
export function rankBySpend(items: readonly RankedItem[], budgetMinor: number): Ranking {
  const ratio = (item: RankedItem): number => item.avoidedMinor / Math.max(item.spendMinor, 1);
  const sorted = items.toSorted((a, b) => ratio(b) - ratio(a) || (a.id < b.id ? -1 : 1));
  const ordered: RankedItem[] = [];
  const deferred: (RankedItem & { reason: string })[] = [];
  let left = budgetMinor;
  for (const item of sorted) {
    if (item.avoidedMinor > 0 && item.spendMinor <= left) {
      ordered.push(item);
      left -= item.spendMinor;
    } else {
      const risk = Math.round(item.emptyBeforeArrival * 100);
      const reason =
        item.avoidedMinor > 0
          ? `It does not fit into what is left of the limit; until then it runs out before delivery with ${risk} %.`
          : 'Waiting costs nothing yet.';
      deferred.push({ ...item, reason });
    }
  }
  return { ordered, deferred, leftMinor: left };
}
