import type { z } from 'zod';
import type { holdSchema, newHoldSchema } from '../../contracts/http/holds.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER, LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

export type Hold = z.output<typeof holdSchema>;

/** Dates as text: they belong to the customer's time zone, not to an instant. */
const COLUMNS = `id, customer_id AS "customerId", device_id AS "deviceId", starts_on::text AS "startsOn",
  ends_on::text AS "endsOn", reason, created_at AS "createdAt", cancelled_at AS "cancelledAt"`;

const READ_HOLD = `SELECT ${COLUMNS} FROM hold WHERE id = $1`;

/** Parameters: customer, cancelled or null, last id or null, limit. */
export const LIST_HOLDS = `SELECT ${COLUMNS} FROM hold
  WHERE customer_id = $1 AND ($2::boolean IS NULL OR $2 = (cancelled_at IS NOT NULL))
    AND ($3::uuid IS NULL OR id < $3)
  ORDER BY id DESC LIMIT $4`;

const INSERT_HOLD = `
  INSERT INTO hold (customer_id, device_id, starts_on, ends_on, reason, created_at)
  VALUES ($1, $2, $3::date, $4::date, $5, $6) RETURNING ${COLUMNS}`;

const CANCEL_HOLD = `UPDATE hold SET cancelled_at = $2 WHERE id = $1 AND cancelled_at IS NULL`;

/** Parameters: customer, device or null, now. Announced orders that a hold may have put off are due again. */
const MAKE_DUE = `
  UPDATE "order" o SET due_at = greatest(o.cancel_until, $3::timestamptz)
  FROM consumable c
  WHERE o.customer_id = $1 AND o.status = 'announced' AND c.id = o.consumable_id
    AND ($2::uuid IS NULL OR c.device_id = $2) AND o.due_at > greatest(o.cancel_until, $3::timestamptz)`;

/**
 * Holds dates and lets the consumables concerned be evaluated anew. Announced orders need no change:
 * the gates look at holds again when an order is due, and put it off.
 */
export async function addHold(
  { database, clock }: ApiDeps,
  { customerId, deviceId, startsOn, endsOn, reason }: z.output<typeof newHoldSchema>,
): Promise<Hold> {
  const now = new Date(clock.now());
  return await transact(database.pool, async (client) => {
    const locked = await client.query(LOCK_CUSTOMER, [customerId]);
    if (locked.rowCount === 0) throw new ApiProblem('unknown-reference', { field: 'customerId' });
    if (deviceId !== null) {
      const owned = await client.query('SELECT FROM device WHERE id = $1 AND customer_id = $2', [
        deviceId,
        customerId,
      ]);
      if (owned.rowCount === 0) throw new ApiProblem('foreign-object', { field: 'deviceId' });
    }
    const values = [customerId, deviceId, startsOn, endsOn, reason, now];
    const { rows } = await client.query<Hold>(INSERT_HOLD, values);
    await client.query(LOOK_AGAIN_CUSTOMER, [customerId, deviceId, null, now]);
    return rows[0] ?? notFound('hold', '');
  });
}

/** Frees the dates; orders that waited for their end are looked at again. Cancelling twice changes nothing. */
export async function cancelHold({ database, clock }: ApiDeps, id: string): Promise<Hold> {
  const now = new Date(clock.now());
  return await transact(database.pool, async (client) => {
    const before = await client.query<Hold>(READ_HOLD, [id]);
    const { customerId, deviceId } = before.rows[0] ?? notFound('hold', id);
    await client.query(LOCK_CUSTOMER, [customerId]);
    const { rowCount } = await client.query(CANCEL_HOLD, [id, now]);
    if (rowCount === 1) {
      await client.query(MAKE_DUE, [customerId, deviceId, now]);
      await client.query(LOOK_AGAIN_CUSTOMER, [customerId, deviceId, null, now]);
    }
    const { rows } = await client.query<Hold>(READ_HOLD, [id]);
    return rows[0] ?? notFound('hold', id);
  });
}
