import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  createdProvisioningTokenSchema,
  newProvisioningTokenSchema,
  provisioningTokenSchema,
  provisioningTokensPage,
  provisioningTokensQuery,
} from '../../contracts/http/provisioning.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { newToken } from '../auth/keys.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

const tag = 'Provisioning';
const DAY_MS = 86_400_000;
type ProvisioningToken = z.output<typeof provisioningTokenSchema>;

const COLUMNS = `id, device_model_id AS "deviceModelId", name, max_devices AS "maxDevices",
  used_devices AS "usedDevices", created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"`;
const INSERT = `
  INSERT INTO provisioning_token (device_model_id, name, token_hash, max_devices, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`;
/** Parameters: device model or null, last id or null, limit. */
const LIST = `SELECT ${COLUMNS} FROM provisioning_token
  WHERE ($1::uuid IS NULL OR device_model_id = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;
const REVOKE = `
  UPDATE provisioning_token SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING ${COLUMNS}`;

export function registerProvisioningTokens(app: Api, { database: { pool }, clock }: IdentityDeps): void {
  app.post(
    '/v1/provisioning-tokens',
    operation({
      access: 'admin',
      tag,
      summary: 'Make a token for the firmware of a model',
      body: newProvisioningTokenSchema,
      response: { 201: createdProvisioningTokenSchema },
      problems: ['unknown-reference'],
    }),
    async ({ body: { deviceModelId, name, maxDevices, validDays } }, reply) => {
      const { token, hash } = newToken();
      const now = clock.now();
      const expiresAt = new Date(now + validDays * DAY_MS);
      const values = [deviceModelId, name, hash, maxDevices, new Date(now), expiresAt];
      const { rows } = await pool.query<ProvisioningToken>(INSERT, values);
      return reply.code(201).send({ ...(rows[0] ?? notFound('provisioning token', '')), token });
    },
  );
  app.get(
    '/v1/provisioning-tokens',
    operation({
      access: 'admin',
      tag,
      summary: 'List provisioning tokens, newest first',
      querystring: provisioningTokensQuery,
      response: { 200: provisioningTokensPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { deviceModelId, limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const { rows } = await pool.query<ProvisioningToken>(LIST, [deviceModelId ?? null, after, limit + 1]);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  app.post(
    '/v1/provisioning-tokens/:provisioningTokenId/revoke',
    operation({
      access: 'admin',
      tag,
      summary: 'Revoke a provisioning token',
      description: 'Devices that traded it keep their credentials.',
      params: idParams('provisioningTokenId'),
      response: { 200: provisioningTokenSchema },
      problems: ['not-found'],
    }),
    async ({ params: { provisioningTokenId: id } }) => {
      const { rows } = await pool.query<ProvisioningToken>(REVOKE, [id, new Date(clock.now())]);
      return rows[0] ?? notFound('provisioning token', id);
    },
  );
}
