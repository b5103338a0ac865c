import type { Said } from '../core/phrases/phrase.ts';
import type { Instant } from '../core/types.ts';
import type { Queryable } from './order-store.ts';

export type IssueKind =
  /** Slower than hardly any other; shipped or accepted so long ago that it will not come. */
  | 'late'
  | 'presumed-lost'
  /** There, by the merchant's word, and still not in the device that is empty. */
  | 'not-installed'
  /** Asked for days, and the merchant has not answered. */
  | 'merchant-silent'
  /** Nothing that fits can be had. */
  | 'no-supply'
  /** A purchase turned up at the merchant after the order had ended here. */
  | 'bought-anyway'
  /** Refused for something that only ops can put right. */
  | 'refused';

export interface NewIssue {
  readonly orderId: string;
  readonly kind: IssueKind;
  readonly audience: 'customer' | 'ops';
  /** One plain sentence. */
  readonly reason: string;
  /** The same for readers of any language; null: someone's own words. */
  readonly said: Said | null;
  readonly at: Instant;
}

const OPEN = `
  INSERT INTO order_issue (customer_id, consumable_id, order_id, kind, audience, reason, said, opened_at)
  SELECT o.customer_id, o.consumable_id, o.id, t.kind, t.audience, t.reason, t.said::jsonb, $5
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $6::text[]) AS t(order_id, kind, audience, reason, said)
  JOIN "order" o ON o.id = t.order_id
  ON CONFLICT (consumable_id, kind) WHERE resolved_at IS NULL DO NOTHING`;

/** Opens what is not open yet; set-wise, all at the same instant. */
export async function openIssues(db: Queryable, issues: readonly NewIssue[]): Promise<void> {
  const [first] = issues;
  if (first === undefined) return;
  await db.query(OPEN, [
    issues.map(({ orderId }) => orderId),
    issues.map(({ kind }) => kind),
    issues.map(({ audience }) => audience),
    issues.map(({ reason }) => reason),
    new Date(first.at),
    issues.map(({ said }) => (said === null ? null : JSON.stringify(said))),
  ]);
}

const OPEN_FOR_CONSUMABLES = `
  INSERT INTO order_issue (customer_id, consumable_id, kind, audience, reason, said, opened_at)
  SELECT c.customer_id, c.id, 'no-supply', 'ops', t.reason, t.said::jsonb, $3
  FROM unnest($1::uuid[], $2::text[], $4::text[]) AS t(consumable_id, reason, said) JOIN consumable c ON c.id = t.consumable_id
  WHERE c.customer_id IS NOT NULL
  ON CONFLICT (consumable_id, kind) WHERE resolved_at IS NULL DO NOTHING`;

/** Consumables for which nothing can be had, with what customers are told. */
export async function openSupplyIssues(
  db: Queryable,
  missing: readonly { readonly consumableId: string; readonly reason: string; readonly said: Said }[],
  at: Instant,
): Promise<void> {
  if (missing.length === 0) return;
  await db.query(OPEN_FOR_CONSUMABLES, [
    missing.map(({ consumableId }) => consumableId),
    missing.map(({ reason }) => reason),
    new Date(at),
    missing.map(({ said }) => JSON.stringify(said)),
  ]);
}

export const openIssue = (db: Queryable, issue: NewIssue): Promise<void> => openIssues(db, [issue]);
