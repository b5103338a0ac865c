import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { provisionedSchema, provisionSchema } from '../../contracts/http/provisioning.ts';
import { networkOf } from '../auth/attempts.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import { registerClaimCertificates } from './certificates.ts';
import { findRight, provenCertificate } from './find-right.ts';
import { provision } from './provision.ts';
import { registerProvisioningTokens } from './tokens.ts';

const tag = 'Provisioning';
/** Failures only: a factory provisions thousands of devices from one address. */
const WRONG_TOKENS = { name: 'provisioning network', max: 30, windowMinutes: 60 };

/** How fleets come to their credentials. */
export function registerProvisioning(app: Api, deps: IdentityDeps): void {
  registerProvisioningTokens(app, deps);
  registerClaimCertificates(app, deps);
  registerTrade(app, deps);
  registerReset(app, deps);
}

function registerTrade(app: Api, deps: IdentityDeps): void {
  const { attempts, database, clock } = deps;
  app.post(
    '/v1/provisioning',
    operation({
      access: 'provisioning-token',
      tag,
      summary: "Trade the manufacturer's token or claim certificate for a device's own credentials",
      description:
        'With the token as bearer, or over TLS on PROVISIONING_TLS_PORT with the certificate. Once for a serial number: a repeat is refused until an admin resets it or its owner gives it away.',
      body: provisionSchema,
      response: { 201: provisionedSchema },
      problems: ['provisioning-refused', 'already-provisioned', 'device-revoked'],
    }),
    async (request, reply) => {
      const network = networkOf(request.ip);
      await attempts.check(WRONG_TOKENS, network, reply);
      const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      const proof = { token: token ?? null, certificate: provenCertificate(request.raw.socket) };
      const traded = await transact(database.pool, async (client) => {
        const right = await findRight(client, proof, clock.now());
        return right === null ? null : await provision(client, deps, right, request.body.serial);
      });
      if (traded === null) {
        await attempts.count(WRONG_TOKENS, network, reply);
        throw new ApiProblem('provisioning-refused', {});
      }
      return reply.code(201).send(traded);
    },
  );
}

function registerReset(app: Api, { database: { pool }, clock }: IdentityDeps): void {
  app.post(
    '/v1/devices/:deviceId/provisioning-reset',
    operation({
      access: 'admin',
      tag,
      summary: 'Let a device trade the token once more',
      description: 'Its credentials stay in force until it does.',
      params: idParams('deviceId'),
      response: { 204: z.null().describe('No body.') },
      problems: ['not-found'],
    }),
    async ({ params: { deviceId } }, reply) => {
      const { rowCount } = await pool.query(
        'UPDATE provisioned_serial SET reset_at = $2 WHERE device_id = $1',
        [deviceId, new Date(clock.now())],
      );
      if (rowCount === 0) notFound('provisioned device', deviceId);
      return reply.code(204).send(null);
    },
  );
}
