import type { Pool } from 'pg';
import type { Instant } from './core/types.ts';
import type { ScopedMandate } from './rules/context/mandates.ts';
import { loadSpend } from './rules/context/spend.ts';
import { loadSurroundings } from './rules/context/surroundings.ts';

const ONE_EACH = `
  SELECT DISTINCT ON (customer_id) id AS "consumableId" FROM consumable
  WHERE customer_id = ANY ($1::uuid[]) ORDER BY customer_id, id`;
/** The whole customer's month; the terms themselves play no part in the sum. */
const WHOLE = { scope: 'customer' } as ScopedMandate;

/** What the spend limit of the rules counts in the month of `now`, in minor units, by customer. */
export async function platformSpendOf(
  pool: Pool,
  customerIds: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ consumableId: string }>(ONE_EACH, [[...customerIds]]);
  const wanted = rows.map(({ consumableId }) => ({ consumableId, order: null }));
  const surroundings = await loadSurroundings(pool, wanted, now);
  const spendOf = await loadSpend(pool, wanted, surroundings, now);
  return new Map(
    surroundings.flatMap(({ consumableId, customerId }) =>
      customerId === null ? [] : [[customerId, Number(spendOf(consumableId, WHOLE).minor)] as const],
    ),
  );
}
