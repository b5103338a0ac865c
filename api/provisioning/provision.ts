import type { z } from 'zod';
import type { provisionedSchema } from '../../contracts/http/provisioning.ts';
import type { PoolClient } from '../../platform/database.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { insertClaimCodes } from '../claims/claim-codes.ts';
import { insertDevices } from '../devices/register-devices.ts';
import { newDeviceSecret } from '../devices/secrets.ts';
import { ApiProblem } from '../http/problem.ts';

type Provisioned = z.output<typeof provisionedSchema>;

interface Token {
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

/** Locked, so that of many devices that trade at once no more than allowed get through. */
const LIVE_TOKEN = `
  SELECT t.id, t.device_model_id AS "deviceModelId", t.used_devices >= t.max_devices AS "isUsedUp",
    m.make || ' ' || m.model AS "modelName"
  FROM provisioning_token t JOIN device_model m ON m.id = t.device_model_id
  WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 FOR NO KEY UPDATE OF t`;
const KNOWN = `
  SELECT p.device_id AS "deviceId", p.reset_at IS NOT NULL AS "isReset", d.revoked_at IS NOT NULL AS "isRevoked",
    d.customer_id AS "customerId"
  FROM provisioned_serial p JOIN device d ON d.id = p.device_id
  WHERE p.device_model_id = $1 AND p.serial = $2 FOR NO KEY UPDATE OF p, d`;
const COUNT_ONE = 'UPDATE provisioning_token SET used_devices = used_devices + 1 WHERE id = $1';
const REMEMBER = `
  INSERT INTO provisioned_serial (device_model_id, serial, device_id, provisioning_token_id, provisioned_at)
  VALUES ($1, $2, $3, $4, $5)`;
const REMEMBER_AGAIN = `
  UPDATE provisioned_serial SET reset_at = NULL, provisioned_at = $2, provisioning_token_id = $3 WHERE device_id = $1`;

/** Trades a token for a device's own credentials, once for a serial number. Answers null when the token is not valid. */
export async function provision(
  client: PoolClient,
  deps: IdentityDeps,
  tokenHash: Buffer,
  serial: string,
): Promise<Provisioned | null> {
  const now = deps.clock.now();
  const tokens = await client.query<Token>(LIVE_TOKEN, [tokenHash, new Date(now)]);
  const [token] = tokens.rows;
  if (token === undefined) return null;
  const { rows } = await client.query<Known>(KNOWN, [token.deviceModelId, serial]);
  const [known] = rows;
  if (known !== undefined) return await provisionAgain(client, deps, token, known);
  return token.isUsedUp ? null : await provisionNew(client, deps, token, serial);
}

async function provisionNew(
  client: PoolClient,
  deps: IdentityDeps,
  { id, deviceModelId, modelName }: Token,
  serial: string,
): Promise<Provisioned> {
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
  await client.query(COUNT_ONE, [id]);
  await client.query(REMEMBER, [deviceModelId, serial, added.id, id, new Date(deps.clock.now())]);
  return { deviceId: added.id, secret: added.secret, claimCode: added.claimCode };
}

/** After a reset: new credentials for the row that is there; brokers end connections with the old ones. */
async function provisionAgain(
  client: PoolClient,
  { keys, clock }: IdentityDeps,
  token: Token,
  { deviceId, isReset, isRevoked, customerId }: Known,
): Promise<Provisioned> {
  if (!isReset) throw new ApiProblem('already-provisioned', {});
  if (isRevoked) throw new ApiProblem('device-revoked', {});
  const { secret, hash } = newDeviceSecret();
  const now = clock.now();
  await client.query('UPDATE device SET secret_hash = $2 WHERE id = $1', [deviceId, hash]);
  await client.query(REMEMBER_AGAIN, [deviceId, new Date(now), token.id]);
  if (customerId !== null) return { deviceId, secret, claimCode: null };
  const { codes } = await insertClaimCodes(client, keys, { deviceIds: [deviceId], now });
  return { deviceId, secret, claimCode: codes[0] ?? null };
}
