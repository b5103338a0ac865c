import type { z } from 'zod';
import type { holdEffectQuery, holdEffectSchema } from '../../contracts/http/views.ts';
import type { Pool } from '../../platform/database.ts';

type Effect = z.output<typeof holdEffectSchema>;

const MOVED = `
  SELECT o.id AS "orderId", slot.name AS "consumableName", d.name AS "deviceName",
    o.status IN ('placing', 'accepted', 'shipped') AS placed
  FROM "order" o JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE o.customer_id = $1 AND ($4::uuid IS NULL OR c.device_id = $4)
    AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped')
    AND o.arrives_to >= $2::date AND ($3::date IS NULL OR o.arrives_from <= $3::date)
  ORDER BY o.arrives_from, o.id`;

/** Dates are the customer's: instants are cut at their midnights. */
const RUNS_OUT = `
  SELECT c.id AS "consumableId", slot.name AS "consumableName", d.name AS "deviceName"
  FROM customer u JOIN consumable c ON c.customer_id = u.id JOIN consumable_state s ON s.consumable_id = c.id
  JOIN device d ON d.id = c.device_id AND d.revoked_at IS NULL
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE u.id = $1 AND ($4::uuid IS NULL OR c.device_id = $4)
    AND s.run_out_p50 >= $2::date::timestamp AT TIME ZONE u.time_zone
    AND ($3::date IS NULL OR s.run_out_p50 < ($3::date + 1)::timestamp AT TIME ZONE u.time_zone)
    AND NOT EXISTS (SELECT FROM "order" o WHERE o.consumable_id = c.id
      AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped'))
  ORDER BY s.run_out_p50, c.id`;

/** What holding these dates would do, before anybody does it. Changes nothing. */
export async function readHoldEffect(
  pool: Pool,
  customerId: string,
  { startsOn, endsOn, deviceId }: z.output<typeof holdEffectQuery>,
): Promise<Effect> {
  const values = [customerId, startsOn, endsOn ?? null, deviceId ?? null];
  const [moved, runsOut] = await Promise.all([
    pool.query<Effect['moved'][number]>(MOVED, values),
    pool.query<Effect['runsOut'][number]>(RUNS_OUT, values),
  ]);
  return { moved: moved.rows, runsOut: runsOut.rows };
}
