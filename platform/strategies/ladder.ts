import { type CeilingMemory, ladderOf, type Rung } from '../../core/ceiling.ts';
import { STRICTEST } from '../../core/jurisdiction-profiles.ts';
import { profileOf } from '../../core/jurisdictions.ts';
import type { Said } from '../../core/phrases/phrase.ts';

/** A notice that failed longer ago says nothing about the next one. */
const NOTICE_COUNTS_FOR = '7 days';

/**
 * Whether the newest announcement to a customer that was tried reached them; of the last orders only, so that
 * nobody's history is walked whole. `customer` is an SQL expression, `now` another.
 */
export const reachableSql = (customer: string, now: string): string => `
  coalesce((
    SELECT tried.noticed_at IS NOT NULL OR tried.notice_failed_at < ${now} - interval '${NOTICE_COUNTS_FOR}' FROM (
      SELECT noticed_at, notice_failed_at, created_at FROM "order" WHERE customer_id = ${customer}
      ORDER BY created_at DESC LIMIT 20
    ) tried WHERE tried.noticed_at IS NOT NULL OR tried.notice_failed_at IS NOT NULL
    ORDER BY tried.created_at DESC LIMIT 1
  ), true)`;

/** What the tables know about a consumable's place on the ladder. */
export interface LadderFacts {
  readonly ceiling: CeilingMemory | null;
  readonly predictability: { readonly said?: Said; readonly dear?: boolean } | null;
  readonly hasProduct: boolean;
  /** null: nobody owns it. */
  readonly jurisdiction: string | null;
  readonly reachable: boolean;
}

export function ladderFrom(facts: LadderFacts): readonly Rung[] {
  const { ceiling, predictability, hasProduct, jurisdiction, reachable } = facts;
  return ladderOf({
    memory: ceiling,
    predictability: predictability?.said ?? null,
    dear: predictability?.dear ?? false,
    hasProduct,
    jurisdiction: jurisdiction === null ? STRICTEST : profileOf(jurisdiction),
    reachable,
  });
}
