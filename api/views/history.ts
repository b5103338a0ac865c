import type { z } from 'zod';
import type { consumableHistorySchema } from '../../contracts/http/views.ts';
import { DAY_MS } from '../../core/types.ts';
import type { Pool } from '../../platform/database.ts';
import { readForecast } from './forecast.ts';

type History = z.output<typeof consumableHistorySchema>;

/** Twice as many as a phone is wide in points of a line. */
const STRETCHES = 200;

/** The last measured level of each stretch: as many rows as the page draws, however many readings there are. */
const POINTS = `
  SELECT DISTINCT ON (stretch) at, level FROM (
    SELECT at, seq, level, date_bin($4::interval, at, $2) AS stretch FROM reading
    WHERE consumable_id = $1 AND at >= $2 AND at < $3 AND level_kind = 'measured' AND level IS NOT NULL
  ) r
  ORDER BY stretch, at DESC, seq DESC`;

/** What happened to it: devices tell of a swap, the platform's orders of deliveries and installations. */
const EVENTS = `
  SELECT type, at, quantity FROM consumable_event
  WHERE consumable_id = $1 AND at >= $2 AND at < $3 AND type IN ('replaced', 'delivered')
  UNION ALL
  SELECT 'replaced', installed_at, NULL FROM "order"
  WHERE consumable_id = $1 AND installed_at >= $2 AND installed_at < $3
    AND NOT EXISTS (
      SELECT FROM consumable_event e WHERE e.consumable_id = $1 AND e.type = 'replaced'
        AND e.at BETWEEN "order".installed_at - interval '2 days' AND "order".installed_at + interval '2 days')
  ORDER BY at`;

export async function readHistory(
  pool: Pool,
  consumableId: string,
  days: number,
  now: number,
): Promise<History> {
  const [from, to] = [new Date(now - days * DAY_MS), new Date(now)];
  const stretch = `${Math.ceil((days * DAY_MS) / STRETCHES)} milliseconds`;
  const [points, events, forecast] = await Promise.all([
    pool.query<{ at: Date; level: number }>(POINTS, [consumableId, from, to, stretch]),
    pool.query<{ type: string; at: Date; quantity: number | null }>(EVENTS, [consumableId, from, to]),
    readForecast(pool, consumableId, now),
  ]);
  return {
    from,
    to,
    points: points.rows,
    forecast,
    swaps: events.rows.filter(({ type }) => type === 'replaced').map(({ at }) => ({ at })),
    deliveries: events.rows
      .filter(({ type }) => type === 'delivered')
      .map(({ at, quantity }) => ({ at, fillings: quantity ?? 1 })),
  };
}
