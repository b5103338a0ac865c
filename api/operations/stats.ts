import type { z } from 'zod';
import { statsSchema } from '../../contracts/http/operations.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

type Stats = z.output<typeof statsSchema>;

/** Readings are too many to count: the server's running estimate of each partition is summed instead. */
const STATS = `
  SELECT (SELECT count(*) FROM customer) AS customers, (SELECT count(*) FROM device) AS devices,
    (SELECT count(*) FROM device WHERE presence = 'online') AS "devicesOnline",
    (SELECT count(*) FROM consumable) AS consumables,
    (SELECT coalesce(sum(t.n_live_tup), 0)::bigint FROM pg_stat_user_tables t
      JOIN pg_inherits i ON i.inhrelid = t.relid WHERE i.inhparent = 'reading'::regclass) AS "readingsEstimate",
    (SELECT coalesce(json_object_agg(status, n), '{}')
      FROM (SELECT status, count(*) AS n FROM "order" GROUP BY status) AS by_status) AS orders,
    (SELECT coalesce(json_object_agg(reason, n), '{}')
      FROM (SELECT reason, count(*) AS n FROM dead_letter GROUP BY reason) AS by_reason) AS "deadLetters"`;

export function registerStats(app: Api, { database, clock, metrics }: ApiDeps): void {
  app.get(
    '/v1/stats',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'Count what there is',
      response: { 200: statsSchema },
    }),
    async () => {
      const [{ rows }, refused] = await Promise.all([
        database.pool.query<Omit<Stats, 'at' | 'refused'>>(STATS),
        metrics.refused.get(),
      ]);
      const [counts] = rows;
      if (counts === undefined) throw new Error('counting gave no row');
      const byReason = refused.values.map(({ labels, value }) => [labels.reason, value]);
      return { ...counts, at: new Date(clock.now()), refused: Object.fromEntries(byReason) };
    },
  );
}
