import type { z } from 'zod';
import type { createdDeviceSchema, newDeviceSchema } from '../../contracts/http/devices.ts';
import type { PoolClient } from '../../platform/database.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { insertClaimCodes } from '../claims/claim-codes.ts';
import { ApiProblem } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import { CONSUMABLES_OF_DEVICES } from './new-consumables.ts';
import { newDeviceSecret } from './secrets.ts';

export type NewDevice = z.output<typeof newDeviceSchema>;
export type CreatedDevice = z.output<typeof createdDeviceSchema>;

/** The devices of the request in its order, by `n`; those with unknown references are told apart. */
const INSERT_DEVICES = `
  WITH given AS MATERIALIZED (
    SELECT uuidv7() AS id, t.* FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[],
        $8::text[])
      WITH ORDINALITY AS t (customer_id, device_model_id, name, serial, secret_hash, fingerprint, firmware, n)
  ), added AS (
    INSERT INTO device (id, customer_id, device_model_id, name, serial, secret_hash, certificate_fingerprint, created_at,
      firmware)
    SELECT id, customer_id, device_model_id, name, serial, secret_hash, fingerprint, $7, firmware FROM given
    RETURNING id
  )
  SELECT given.id FROM given JOIN added USING (id) ORDER BY n`;

const UNKNOWN_REFERENCES = `
  SELECT n::int - 1 AS index, m.id IS NULL AS "unknownModel", t.customer_id IS NOT NULL AND c.id IS NULL AS "unknownCustomer"
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS t (customer_id, device_model_id, n)
  LEFT JOIN device_model m ON m.id = t.device_model_id
  LEFT JOIN customer c ON c.id = t.customer_id AND c.erased_at IS NULL
  WHERE m.id IS NULL OR (t.customer_id IS NOT NULL AND c.id IS NULL)
  ORDER BY n`;

interface UnknownReference {
  readonly index: number;
  readonly unknownModel: boolean;
  readonly unknownCustomer: boolean;
}
interface AddedConsumable {
  readonly id: string;
  readonly deviceId: string;
  readonly key: string;
  readonly productId: string | null;
  readonly strategy: NewDevice['strategy'];
}

/**
 * Registers devices with a secret each, and a consumable with its state for every slot of their models:
 * all or none, in a few statements however many they are. Those without a customer get a claim code.
 * Secrets and codes are answered and then forgotten. `pointerTo` says where the n-th device stands in the
 * request, for problems.
 */
export function registerDevices(
  deps: IdentityDeps,
  devices: readonly NewDevice[],
  pointerTo: (index: number) => string,
): Promise<CreatedDevice[]> {
  return transact(deps.database.pool, (client) => insertDevices(client, deps, devices, pointerTo));
}

/** The same within a transaction that does more. */
export async function insertDevices(
  client: PoolClient,
  { clock, keys }: Pick<IdentityDeps, 'clock' | 'keys'>,
  devices: readonly NewDevice[],
  pointerTo: (index: number) => string,
): Promise<CreatedDevice[]> {
  const createdAt = new Date(clock.now());
  const secrets = devices.map(() => newDeviceSecret());
  const customerIds = devices.map(({ customerId }) => customerId);
  const modelIds = devices.map(({ deviceModelId }) => deviceModelId);
  const unknown = await client.query<UnknownReference>(UNKNOWN_REFERENCES, [customerIds, modelIds]);
  if (unknown.rows.length > 0) throw unknownReferences(unknown.rows, pointerTo);
  const added = await client.query<{ id: string }>(INSERT_DEVICES, [
    customerIds,
    modelIds,
    devices.map(({ name }) => name),
    devices.map(({ serial }) => serial),
    secrets.map(({ hash }) => hash),
    devices.map((device) => device.certificateFingerprint),
    createdAt,
    devices.map(({ firmware }) => firmware),
  ]);
  const ids = added.rows.map(({ id }) => id);
  const strategies = devices.map(({ strategy }) => strategy);
  const { rows } = await client.query<AddedConsumable>(CONSUMABLES_OF_DEVICES, [ids, strategies, createdAt]);
  const byDevice = Map.groupBy(rows, ({ deviceId }) => deviceId);
  const unowned = ids.filter((_id, i) => devices[i]?.customerId === null);
  const { codes } = await insertClaimCodes(client, keys, { deviceIds: unowned, now: clock.now() });
  const codeOf = new Map(unowned.map((id, i) => [id, codes[i] ?? null]));
  return devices.map(({ strategy: _strategy, ...device }, i) => {
    const id = ids[i] ?? '';
    return {
      ...device,
      id,
      hasSecret: true,
      revokedAt: null,
      presence: 'offline',
      presenceAt: null,
      addressId: null,
      createdAt,
      consumables: byDevice.get(id) ?? [],
      secret: secrets[i]?.secret ?? '',
      claimCode: codeOf.get(id) ?? null,
    };
  });
}

function unknownReferences(unknown: readonly UnknownReference[], pointerTo: (index: number) => string) {
  const errors = unknown.flatMap(({ index, unknownModel, unknownCustomer }) => [
    ...(unknownModel
      ? [{ pointer: `${pointerTo(index)}/deviceModelId`, detail: 'no such device model' }]
      : []),
    ...(unknownCustomer ? [{ pointer: `${pointerTo(index)}/customerId`, detail: 'no such customer' }] : []),
  ]);
  const [first] = errors;
  const field = first?.pointer.split('/').at(-1) ?? 'A reference';
  return new ApiProblem('unknown-reference', { field }, errors);
}
