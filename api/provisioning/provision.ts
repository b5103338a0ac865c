import type { z } from 'zod';
import type { provisionedSchema } from '../../contracts/http/provisioning.ts';
import type { PoolClient } from '../../platform/database.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { insertClaimCodes } from '../claims/claim-codes.ts';
import { insertDevices } from '../devices/register-devices.ts';
import { newDeviceSecret } from '../devices/secrets.ts';
import { ApiProblem } from '../http/problem.ts';

type Provisioned = z.output<typeof provisionedSchema>;

/** What is traded: a token or a claim certificate, found and in force. */
export interface ClaimRight {
  readonly kind: 'token' | 'certificate';
  readonly id: string;
  readonly deviceModelId: string;
  readonly isUsedUp: boolean;
  readonly modelName: string;
}
interface Known {
  readonly deviceId: string;
  readonly isReset: boolean;
  readonly isRevoked: boolean;
  readonly customerId: string | null;
}

const KNOWN = `
  SELECT p.device_id AS "deviceId", p.reset_at IS NOT NULL AS "isReset", d.revoked_at IS NOT NULL AS "isRevoked",
    d.customer_id AS "customerId"
  FROM provisioned_serial p JOIN device d ON d.id = p.device_id
  WHERE p.device_model_id = $1 AND p.serial = $2 FOR NO KEY UPDATE OF p, d`;
const COUNT_ONE = {
  token: 'UPDATE provisioning_token SET used_devices = used_devices + 1 WHERE id = $1',
  certificate: 'UPDATE claim_certificate SET used_devices = used_devices + 1 WHERE id = $1',
};
const REMEMBER = `
  INSERT INTO provisioned_serial (device_model_id, serial, device_id, provisioning_token_id, claim_certificate_id,
    provisioned_at)
  VALUES ($1, $2, $3, $4, $5, $6)`;
const REMEMBER_AGAIN = `
  UPDATE provisioned_serial SET reset_at = NULL, provisioned_at = $2, provisioning_token_id = $3,
    claim_certificate_id = $4
  WHERE device_id = $1`;

const idsOf = ({ kind, id }: ClaimRight): [token: string | null, certificate: string | null] =>
  kind === 'token' ? [id, null] : [null, id];

/** Trades a right for a device's own credentials, once for a serial number. Answers null when it is used up. */
export async function provision(
  client: PoolClient,
  deps: IdentityDeps,
  right: ClaimRight,
  serial: string,
): Promise<Provisioned | null> {
  const { rows } = await client.query<Known>(KNOWN, [right.deviceModelId, serial]);
  const [known] = rows;
  if (known !== undefined) return await provisionAgain(client, deps, right, known);
  return right.isUsedUp ? null : await provisionNew(client, deps, right, serial);
}

async function provisionNew(
  client: PoolClient,
  deps: IdentityDeps,
  right: ClaimRight,
  serial: string,
): Promise<Provisioned> {
  const { deviceModelId, modelName } = right;
  const device = {
    customerId: null,
    deviceModelId,
    name: modelName,
    serial,
    strategy: 'curated' as const,
    firmware: null,
    certificateFingerprint: null,
  };
  const [added] = await insertDevices(client, deps, [device], () => '#/body');
  if (added === undefined) throw new Error('a device was not registered');
  await client.query(COUNT_ONE[right.kind], [right.id]);
  const at = new Date(deps.clock.now());
  await client.query(REMEMBER, [deviceModelId, serial, added.id, ...idsOf(right), at]);
  return { deviceId: added.id, secret: added.secret, claimCode: added.claimCode };
}

/** After a reset: new credentials for the row that is there; brokers end connections with the old ones. */
async function provisionAgain(
  client: PoolClient,
  { keys, clock }: IdentityDeps,
  right: ClaimRight,
  { deviceId, isReset, isRevoked, customerId }: Known,
): Promise<Provisioned> {
  if (!isReset) throw new ApiProblem('already-provisioned', {});
  if (isRevoked) throw new ApiProblem('device-revoked', {});
  const { secret, hash } = newDeviceSecret();
  const now = clock.now();
  await client.query('UPDATE device SET secret_hash = $2 WHERE id = $1', [deviceId, hash]);
  await client.query(REMEMBER_AGAIN, [deviceId, new Date(now), ...idsOf(right)]);
  if (customerId !== null) return { deviceId, secret, claimCode: null };
  const { codes } = await insertClaimCodes(client, keys, { deviceIds: [deviceId], now });
  return { deviceId, secret, claimCode: codes[0] ?? null };
}
