import { type Acting, actingStrategy, backSince, type CeilingMemory } from '../../core/ceiling.ts';
import type { Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import { type LadderFacts, ladderFrom, reachableSql } from '../../platform/strategies/ladder.ts';
import type { Surroundings } from './surroundings.ts';

type CeilingRow = Pick<LadderFacts, 'ceiling' | 'predictability'> & { readonly consumableId: string };

const CEILINGS = prepared(`
  SELECT consumable_id AS "consumableId", ceiling, predictability FROM consumable_state
  WHERE consumable_id = ANY ($1::uuid[])`);

const UNREACHABLE = prepared(`
  SELECT id FROM unnest($1::uuid[]) AS c(id) WHERE NOT ${reachableSql('c.id', '$2::timestamptz')}`);

/** What a consumable does with the strategy that was chosen for it. */
export interface Autonomy extends Acting {
  readonly memory: CeilingMemory | null;
  readonly backSince: Instant | null;
}

export type AutonomyOf = (about: Surroundings) => Autonomy;

/** The ceilings in force; those of `automatic` alone are looked up, the others have nothing to lose. */
export async function loadCeilings(
  db: Queryable,
  surroundings: readonly Surroundings[],
  now: Instant,
): Promise<AutonomyOf> {
  const { rows } = await db.query<CeilingRow>(CEILINGS, [
    surroundings.map(({ consumableId }) => consumableId),
  ]);
  const byConsumable = new Map(rows.map((row) => [row.consumableId, row]));
  const automatic = surroundings.filter(({ strategy }) => strategy === 'automatic');
  const customers = [...new Set(automatic.flatMap(({ customerId }) => customerId ?? []))];
  const unreachable = await db.query<{ id: string }>(UNREACHABLE, [customers, new Date(now)]);
  const silent = new Set(unreachable.rows.map(({ id }) => id));
  return ({ consumableId, customerId, strategy, offer, jurisdiction }) => {
    const { ceiling = null, predictability = null } = byConsumable.get(consumableId) ?? {};
    const rungs = ladderFrom({
      ceiling,
      predictability,
      hasProduct: offer !== null,
      jurisdiction,
      reachable: customerId === null || !silent.has(customerId),
    });
    const acting = actingStrategy(strategy, rungs);
    return { ...acting, memory: ceiling, backSince: backSince(ceiling, now) };
  };
}
