import type { z } from 'zod';
import type { consumableSchema, readingSchema } from '../../contracts/http/consumables.ts';
import type { Language, Said } from '../../core/phrases/phrase.ts';
import type { Instant } from '../../core/types.ts';
import { wordsFor } from '../http/language.ts';

export type Consumable = z.output<typeof consumableSchema>;
export type Reading = z.output<typeof readingSchema>;

export interface ConsumableRow extends Omit<Consumable, 'runOut' | 'predictability' | 'stale'> {
  readonly said: Said | null;
  readonly predictability: (NonNullable<Consumable['predictability']> & { said?: Said }) | null;
  readonly runOutP10: Date | null;
  readonly runOutP50: Date | null;
  readonly runOutP90: Date | null;
}

/** The read model of a consumable, in one query. At most one order is open (DESIGN §4.2). */
const CONSUMABLE = `
  SELECT c.id, c.device_id AS "deviceId", d.name AS "deviceName", c.device_model_id AS "deviceModelId",
    c.customer_id AS "customerId", c.key, slot.name, slot.polarity, c.strategy, c.created_at AS "createdAt",
    c.paused_at AS "pausedAt", c.paused_reason AS "pausedReason",
    CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'sku', p.sku, 'name', p.name,
      'unitPriceMinor', p.unit_price_minor, 'currency', p.currency) END AS product,
    s.level, s.level_at AS "levelAt", coalesce(s.on_shelf, 0) AS "onShelf", s.run_out_p10 AS "runOutP10",
    s.run_out_p50 AS "runOutP50", s.run_out_p90 AS "runOutP90", s.predictability, s.outcome, s.sentence, s.said,
    s.last_decision_id AS "lastDecisionId", s.evaluated_at AS "evaluatedAt",
    CASE WHEN o.id IS NOT NULL THEN json_build_object('id', o.id, 'status', o.status,
      'arrivesFrom', o.arrives_from, 'arrivesTo', o.arrives_to) END AS "openOrder"
  FROM consumable c
  JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  LEFT JOIN product p ON p.id = c.product_id
  LEFT JOIN consumable_state s ON s.consumable_id = c.id
  LEFT JOIN "order" o ON o.consumable_id = c.id
    AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped')`;

const FILTERS = `($1::uuid IS NULL OR c.customer_id = $1) AND ($2::uuid IS NULL OR c.device_id = $2)
    AND ($3::uuid IS NULL OR c.product_id = $3)`;

export const READ_CONSUMABLE = `${CONSUMABLE} WHERE c.id = $1`;

/** Parameters: customer, device, product (each or null), last id or null, limit. */
export const LIST_NEWEST = `${CONSUMABLE}
  WHERE ${FILTERS} AND ($4::uuid IS NULL OR c.id < $4)
  ORDER BY c.id DESC LIMIT $5`;

/** Parameters: customer, device, product (each or null), last run-out and id or null, limit. */
export const LIST_BY_RUN_OUT = `${CONSUMABLE}
  WHERE ${FILTERS} AND s.run_out_p50 IS NOT NULL
    AND ($4::timestamptz IS NULL OR (s.run_out_p50, s.consumable_id) > ($4, $5::uuid))
  ORDER BY s.run_out_p50, s.consumable_id LIMIT $6`;

export const toConsumable =
  (language: Language, staleBefore: Instant) =>
  ({ runOutP10, runOutP50, runOutP90, said, predictability, ...row }: ConsumableRow): Consumable => ({
    ...row,
    stale: row.levelAt !== null && row.levelAt.getTime() < staleBefore,
    sentence: wordsFor(language, said, row.sentence),
    predictability: predictability && {
      ...predictability,
      reason: wordsFor(language, predictability.said, predictability.reason),
    },
    runOut: { p10: runOutP10, p50: runOutP50, p90: runOutP90 },
  });

/** Parameters: consumable, from, to (each or null), last instant and sequence number or null, limit. */
export const LIST_READINGS = `
  SELECT at, seq, received_at AS "receivedAt", level_kind AS "levelKind", level, use_counter AS "useCounter",
    supply_serial AS "supplySerial", historical
  FROM reading
  WHERE consumable_id = $1 AND ($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3)
    AND ($4::timestamptz IS NULL OR (at, seq) < ($4, $5::bigint))
  ORDER BY at DESC, seq DESC LIMIT $6`;
