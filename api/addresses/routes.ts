import type { z } from 'zod';
import {
  addressesSchema,
  addressSchema,
  deviceAddressSchema,
  newAddressSchema,
} from '../../contracts/http/addresses.ts';
import { idParams } from '../../contracts/http/common.ts';
import { deviceSchema } from '../../contracts/http/devices.ts';
import type { PoolClient } from '../../platform/database.ts';
import { holdsChanged } from '../../platform/hold-store.ts';
import { transactAudited } from '../audit/within.ts';
import { type Device, READ_DEVICE } from '../devices/read-devices.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { registerDegreeDays } from './degree-days.ts';
import { requireOwnAddress } from './own-address.ts';

const tag = 'Customers';
type Address = z.output<typeof addressSchema>;

const COLUMNS = `a.id, a.customer_id AS "customerId", a.name, a.recipient, a.street, a.postal_code AS "postalCode",
  a.city, a.region, a.country, a.time_zone AS "timeZone",
  CASE WHEN cardinality(a.degree_days) = 12 THEN a.degree_days END AS "degreeDays", a.created_at AS "createdAt", a.removed_at AS "removedAt",
  (SELECT count(*)::int FROM device d WHERE d.address_id = a.id) AS devices`;
const LIST = `SELECT ${COLUMNS} FROM address a WHERE a.customer_id = $1 AND a.removed_at IS NULL ORDER BY a.id LIMIT 500`;
const READ = `SELECT ${COLUMNS} FROM address a WHERE a.id = $1`;
const INSERT = `
  INSERT INTO address (customer_id, name, recipient, street, postal_code, city, region, country, time_zone, degree_days,
    created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`;
/** Its holds end with it, and its devices stand nowhere. */
const REMOVE = [
  'UPDATE address SET removed_at = coalesce(removed_at, $2) WHERE id = $1',
  'UPDATE hold SET cancelled_at = $2 WHERE address_id = $1 AND cancelled_at IS NULL',
  `UPDATE calendar_feed SET removed_at = coalesce(removed_at, $2), content = NULL, url = NULL, due_at = NULL
   WHERE address_id = $1`,
];
/** More than a firm has branches that somebody keeps by hand. */
const MAX_ADDRESSES = 500;

export function registerAddresses(app: Api, deps: ApiDeps): void {
  registerOwn(app, deps);
  registerDegreeDays(app, deps, read);
  registerPlaces(app, deps);
}

async function read(client: Pick<PoolClient, 'query'>, id: string): Promise<Address> {
  const { rows } = await client.query<Address>(READ, [id]);
  return rows[0] ?? notFound('address', id);
}

function registerOwn(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/customers/:customerId/addresses',
    operation({
      access: 'viewer',
      tag,
      summary: "List a customer's addresses",
      params: idParams('customerId'),
      response: { 200: addressesSchema },
    }),
    async ({ params: { customerId } }) => ({ items: (await pool.query<Address>(LIST, [customerId])).rows }),
  );
  app.post(
    '/v1/customers/:customerId/addresses',
    operation({
      access: 'member',
      tag,
      summary: 'Add an address',
      description: 'Devices stand at it; holds and calendars may be of it; mandates may copy it.',
      params: idParams('customerId'),
      body: newAddressSchema,
      response: { 201: addressSchema },
      problems: ['not-found', 'already-exists'],
    }),
    async ({ params: { customerId }, body }, reply) => {
      const {
        name,
        recipient,
        street,
        postalCode,
        city,
        region = null,
        country,
        timeZone,
        degreeDays,
      } = body;
      const added = await transactAudited(pool, async (client) => {
        const locked = await client.query(LOCK_CUSTOMER, [customerId]);
        if (locked.rowCount === 0) notFound('customer', customerId);
        const { rows: known } = await client.query(LIST, [customerId]);
        if (known.length >= MAX_ADDRESSES) {
          throw new ApiProblem('already-exists', { fields: `customer (${MAX_ADDRESSES} addresses)` });
        }
        const place = [customerId, name, recipient, street, postalCode, city, region, country, timeZone];
        const values = [...place, degreeDays ?? [], new Date(clock.now())];
        const { rows } = await client.query<{ id: string }>(INSERT, values);
        return await read(client, rows[0]?.id ?? '');
      });
      return reply.code(201).send(added);
    },
  );
}

function registerPlaces(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.post(
    '/v1/addresses/:addressId/remove',
    operation({
      access: 'member',
      tag,
      summary: 'Remove an address',
      description: 'Its holds and calendars end. Mandates keep the copy that was agreed to.',
      params: idParams('addressId'),
      response: { 200: addressSchema },
      problems: ['not-found'],
    }),
    ({ params: { addressId } }) =>
      transactAudited(pool, async (client) => {
        const { customerId } = await read(client, addressId);
        await client.query(LOCK_CUSTOMER, [customerId]);
        const now = clock.now();
        for (const sql of REMOVE) await client.query(sql, [addressId, new Date(now)]);
        // Before the devices leave: they are the ones concerned.
        await holdsChanged(client, { customerId, deviceId: null, addressId }, now, true);
        await client.query('UPDATE device SET address_id = NULL WHERE address_id = $1', [addressId]);
        return await read(client, addressId);
      }),
  );
  app.put(
    '/v1/devices/:deviceId/address',
    operation({
      access: 'member',
      tag: 'Devices',
      summary: 'Say where a device stands',
      description: 'Its consumables are evaluated anew: other holds may concern them.',
      params: idParams('deviceId'),
      body: deviceAddressSchema,
      response: { 200: deviceSchema },
      problems: ['not-found', 'foreign-object'],
    }),
    ({ params: { deviceId }, body: { addressId } }) =>
      transactAudited(pool, async (client) => {
        const readDevice = async () =>
          (await client.query<Device>(READ_DEVICE, [deviceId])).rows[0] ?? notFound('device', deviceId);
        const { customerId } = await readDevice();
        if (customerId === null) {
          if (addressId !== null) throw new ApiProblem('foreign-object', { field: 'addressId' });
          return await readDevice();
        }
        await client.query(LOCK_CUSTOMER, [customerId]);
        if (addressId !== null) await requireOwnAddress(client, customerId, addressId);
        await client.query('UPDATE device SET address_id = $2 WHERE id = $1', [deviceId, addressId]);
        await holdsChanged(client, { customerId, deviceId, addressId: null }, clock.now(), true);
        return await readDevice();
      }),
  );
}
