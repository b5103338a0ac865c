import { REVIEW_SETTING, reviewSettingsSchema } from '../../contracts/http/review.ts';
import type { RaisedFlag } from '../../core/review.ts';
import { DAY_MS, type Instant, type Review } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import { readSetting } from '../../platform/settings/staff-settings.ts';
import type { Wanted } from './surroundings.ts';

interface ReviewRow {
  readonly consumableId: string;
  readonly flags: readonly RaisedFlag[] | null;
  readonly declinedAt: Date | null;
}

/** Of the order being placed, whether staff have to approve it yet; and when they last declined one. */
const REVIEWS = prepared(`
  SELECT w.id AS "consumableId", pending.flags, declined.at AS "declinedAt"
  FROM unnest($1::uuid[], $2::uuid[]) AS w(id, order_id)
  LEFT JOIN LATERAL (SELECT flags FROM order_review WHERE order_id = w.order_id AND status = 'pending' LIMIT 1) pending ON true
  LEFT JOIN LATERAL (
    SELECT r.decided_at AS at FROM (
      SELECT id FROM "order" WHERE consumable_id = w.id ORDER BY created_at DESC LIMIT 1
    ) newest JOIN order_review r ON r.order_id = newest.id AND r.status = 'declined'
  ) declined ON true
  WHERE pending.flags IS NOT NULL OR declined.at IS NOT NULL`);

export type ReviewOf = (consumableId: string) => Review | null;

export async function loadReviews(db: Queryable, wanted: readonly Wanted[], now: Instant): Promise<ReviewOf> {
  const { rows } = await db.query<ReviewRow>(REVIEWS, [
    wanted.map(({ consumableId }) => consumableId),
    wanted.map(({ order }) => order?.id ?? null),
  ]);
  if (rows.length === 0) return () => null;
  const { pauseDays } = await readSetting(db, REVIEW_SETTING, reviewSettingsSchema);
  const byConsumable = new Map(rows.map((row) => [row.consumableId, row]));
  return (consumableId) => {
    const row = byConsumable.get(consumableId);
    if (row === undefined) return null;
    const pausedUntil = row.declinedAt === null ? null : row.declinedAt.getTime() + pauseDays * DAY_MS;
    return {
      pending: row.flags?.map(({ said }) => said) ?? null,
      pausedUntil: pausedUntil !== null && pausedUntil > now ? pausedUntil : null,
    };
  };
}
