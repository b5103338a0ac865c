import type { Said } from '../../core/phrases/phrase.ts';
import type { Instant, LocalDate, OrderStatus } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';

/** An order that stays what it is and is looked at again later. */
export interface Postponement {
  readonly orderId: string;
  /** The status that it was seen in: one that a webhook has moved meanwhile has nothing to wait for. */
  readonly status: OrderStatus;
  /** null: never by itself. */
  readonly until: Instant | null;
  /** null: what was said last stays. */
  readonly reason: string | null;
  readonly said?: Said;
  readonly arrives?: { readonly from: LocalDate; readonly to: LocalDate };
}

const POSTPONE = `
  UPDATE "order" o SET due_at = t.until, status_reason = coalesce(t.reason, o.status_reason),
    status_said = CASE WHEN t.reason IS NULL THEN o.status_said ELSE t.said::jsonb END,
    arrives_from = coalesce(t.arrives_from, o.arrives_from), arrives_to = coalesce(t.arrives_to, o.arrives_to)
  FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::date[], $5::date[], $6::order_status[],
      $7::text[]) AS t(id, until, reason, arrives_from, arrives_to, status, said)
  WHERE o.id = t.id AND o.status = t.status`;

export async function postpone(db: Queryable, postponements: readonly Postponement[]): Promise<void> {
  if (postponements.length === 0) return;
  await db.query(POSTPONE, [
    postponements.map(({ orderId }) => orderId),
    postponements.map(({ until }) => (until === null ? null : new Date(until))),
    postponements.map(({ reason }) => reason),
    postponements.map(({ arrives }) => arrives?.from ?? null),
    postponements.map(({ arrives }) => arrives?.to ?? null),
    postponements.map(({ status }) => status),
    postponements.map(({ said }) => (said === undefined ? null : JSON.stringify(said))),
  ]);
}
