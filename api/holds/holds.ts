import type { z } from 'zod';
import type { holdSchema, newHoldSchema } from '../../contracts/http/holds.ts';
import { holdsChanged, offerMoves } from '../../platform/hold-store.ts';
import { requireOwnAddress } from '../addresses/own-address.ts';
import { auditWithin } from '../audit/within.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

export type Hold = z.output<typeof holdSchema>;

/** Dates as text: they belong to the customer's time zone, not to an instant. */
const COLUMNS = `id, customer_id AS "customerId", device_id AS "deviceId", address_id AS "addressId", starts_on::text AS "startsOn",
  ends_on::text AS "endsOn", reason, created_at AS "createdAt", cancelled_at AS "cancelledAt", feed_id AS "feedId"`;

const READ_HOLD = `SELECT ${COLUMNS} FROM hold WHERE id = $1`;

/** Parameters: customer, cancelled or null, last id or null, limit. */
export const LIST_HOLDS = `SELECT ${COLUMNS} FROM hold
  WHERE customer_id = $1 AND ($2::boolean IS NULL OR $2 = (cancelled_at IS NOT NULL))
    AND ($3::uuid IS NULL OR id < $3)
  ORDER BY id DESC LIMIT $4`;

const INSERT_HOLD = `
  INSERT INTO hold (customer_id, device_id, starts_on, ends_on, reason, created_at, address_id)
  VALUES ($1, $2, $3::date, $4::date, $5, $6, $7) RETURNING ${COLUMNS}`;

const CANCEL_HOLD = `UPDATE hold SET cancelled_at = $2 WHERE id = $1 AND cancelled_at IS NULL`;

/**
 * Holds dates and lets the consumables concerned be evaluated anew. Announced orders need no change:
 * the gates look at holds again when an order is due, and put it off. Placed ones are offered to be moved.
 */
export async function addHold(
  { database, clock }: ApiDeps,
  { customerId, deviceId, addressId, startsOn, endsOn, reason }: z.output<typeof newHoldSchema>,
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
    if (addressId !== null) await requireOwnAddress(client, customerId, addressId);
    const values = [customerId, deviceId, startsOn, endsOn, reason, now, addressId];
    const { rows } = await client.query<Hold>(INSERT_HOLD, values);
    const scope = { customerId, deviceId, addressId };
    await holdsChanged(client, scope, now.getTime(), false);
    await offerMoves(client, scope, { from: startsOn, to: endsOn }, now.getTime());
    const hold = rows[0] ?? notFound('hold', '');
    await auditWithin(client, { id: hold.id, customerId });
    return hold;
  });
}

/** Frees the dates; orders that waited for their end are looked at again. Cancelling twice changes nothing. */
export async function cancelHold({ database, clock }: ApiDeps, id: string): Promise<Hold> {
  const now = new Date(clock.now());
  return await transact(database.pool, async (client) => {
    const before = await client.query<Hold>(READ_HOLD, [id]);
    const { customerId, deviceId, addressId } = before.rows[0] ?? notFound('hold', id);
    await client.query(LOCK_CUSTOMER, [customerId]);
    const { rowCount } = await client.query(CANCEL_HOLD, [id, now]);
    if (rowCount === 1) {
      await holdsChanged(client, { customerId, deviceId, addressId }, now.getTime(), true);
    }
    const { rows } = await client.query<Hold>(READ_HOLD, [id]);
    await auditWithin(client, { id, customerId });
    return rows[0] ?? notFound('hold', id);
  });
}
