import type { z } from 'zod';
import type { ladderSchema } from '../../contracts/http/strategies.ts';
import { actingStrategy, backSince, ceilingOf } from '../../core/ceiling.ts';
import { inWords } from '../../core/phrases/in-words.ts';
import type { Language, Said } from '../../core/phrases/phrase.ts';
import type { Strategy } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { type LadderFacts, ladderFrom, reachableSql } from '../../platform/strategies/ladder.ts';

type Ladder = z.output<typeof ladderSchema>;

interface SuggestionRow {
  readonly id: string;
  readonly from: Strategy;
  readonly to: Strategy;
  readonly said: Said;
  readonly createdAt: string;
}

interface LadderRow extends LadderFacts {
  readonly consumableId: string;
  readonly strategy: Strategy;
  readonly suggestion: SuggestionRow | null;
}

/** Parameters: consumable, now. */
const READ = `
  SELECT c.id AS "consumableId", c.strategy, cu.jurisdiction, s.ceiling, s.predictability,
    EXISTS (SELECT FROM product p WHERE p.id = c.product_id AND p.active) AS "hasProduct",
    ${reachableSql('c.customer_id', '$2::timestamptz')} AS reachable,
    (SELECT json_build_object('id', g.id, 'from', g.from_strategy, 'to', g.to_strategy, 'said', g.said,
        'createdAt', g.created_at)
      FROM suggestion g WHERE g.consumable_id = c.id AND g.dismissed_at IS NULL AND g.ended_at IS NULL) AS suggestion
  FROM consumable c LEFT JOIN customer cu ON cu.id = c.customer_id
  LEFT JOIN consumable_state s ON s.consumable_id = c.id
  WHERE c.id = $1`;

/** null: there is no such consumable. */
export async function loadLadder(
  db: Queryable,
  consumableId: string,
  now: number,
): Promise<LadderRow | null> {
  const { rows } = await db.query<LadderRow>(READ, [consumableId, new Date(now)]);
  return rows[0] ?? null;
}

export function toLadder(row: LadderRow, language: Language, now: number): Ladder {
  const { consumableId, strategy: chosen, ceiling, suggestion } = row;
  const rungs = ladderFrom(row);
  const acting = actingStrategy(chosen, rungs);
  const since = backSince(ceiling, now);
  return {
    consumableId,
    chosen,
    acts: acting.strategy,
    why: acting.limited === null ? null : inWords(acting.limited, language),
    backSince: since === null ? null : new Date(since),
    ceiling: ceilingOf(rungs),
    steps: rungs.map(({ said, ...rung }) => ({ ...rung, reason: inWords(said, language) })),
    suggestion:
      suggestion === null
        ? null
        : {
            id: suggestion.id,
            from: suggestion.from,
            to: suggestion.to,
            reason: inWords(suggestion.said, language),
            createdAt: new Date(suggestion.createdAt),
          },
  };
}

/**
 * Why a strategy cannot be chosen now; null: it can. A product that is still missing is no reason: it may come,
 * and until then nothing is ordered anyway.
 */
export function refusalOf(row: LadderRow, wanted: Strategy): Said | null {
  if (wanted === row.strategy) return null;
  const rung = ladderFrom(row).find(({ strategy }) => strategy === wanted);
  return rung === undefined || rung.available || rung.code === 'no-product' ? null : rung.said;
}
