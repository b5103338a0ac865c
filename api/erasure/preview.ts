import type { z } from 'zod';
import type { erasurePreviewSchema } from '../../contracts/http/erasure.ts';
import type { ErasureGroup } from '../../platform/erasure/catalogue.ts';
import { countPending } from '../../platform/erasure/erase.ts';
import { describeDeleted, describeKept } from '../../platform/erasure/plan.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { readRetention } from '../../platform/retention/settings.ts';
import type { ApiDeps } from '../http/deps.ts';
import { notFound } from '../http/problem.ts';
import { accountsOf } from './subject.ts';

type Preview = z.output<typeof erasurePreviewSchema>;

const COUNTS = `
  SELECT c.language,
    (SELECT count(*)::int FROM "order" WHERE customer_id = c.id
      AND status IN ('proposed', 'announced', 'placing', 'accepted')) AS "openOrders",
    (SELECT count(*)::int FROM device WHERE customer_id = c.id AND released_at IS NULL) AS devices
  FROM customer c WHERE c.id = $1`;

/** What an erasure would do at this moment; in the transaction of `db`, or on its own. */
export async function previewErasure(
  db: Queryable,
  { clock, config }: Pick<ApiDeps, 'clock' | 'config'>,
  customerId: string,
): Promise<Preview> {
  type Counts = { language: string; openOrders: number; devices: number };
  const { rows } = await db.query<Counts>(COUNTS, [customerId]);
  const { language, openOrders, devices } = rows[0] ?? notFound('customer', customerId);
  const userIds = await accountsOf(db, customerId);
  const counts: Partial<Record<ErasureGroup, number>> = {};
  for (const { step, rows: found } of await countPending(db, { customerId, userIds })) {
    counts[step.group] = (counts[step.group] ?? 0) + found;
  }
  const retention = await readRetention(db, config);
  return {
    customerId,
    deletes: describeDeleted(counts, language),
    keeps: [...(await describeKept(db, customerId, { retention, at: clock.now(), language }))],
    openOrders,
    devices,
    accounts: userIds.length,
  };
}
