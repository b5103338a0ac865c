import { X509Certificate } from 'node:crypto';
import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  claimCertificateSchema,
  claimCertificatesPage,
  newClaimCertificateSchema,
  provisioningTokensQuery,
} from '../../contracts/http/provisioning.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { fingerprintOf, isInForce } from './find-right.ts';

const tag = 'Provisioning';
const DAY_MS = 86_400_000;
type ClaimCertificate = z.output<typeof claimCertificateSchema>;

const COLUMNS = `id, device_model_id AS "deviceModelId", name, subject, fingerprint, is_authority AS "isAuthority",
  max_devices AS "maxDevices", used_devices AS "usedDevices", created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt"`;
const INSERT = `
  INSERT INTO claim_certificate (device_model_id, name, subject, fingerprint, pem, is_authority, max_devices,
    created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`;
/** Parameters: device model or null, last id or null, limit. */
const LIST = `SELECT ${COLUMNS} FROM claim_certificate
  WHERE ($1::uuid IS NULL OR device_model_id = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;
const REVOKE = `
  UPDATE claim_certificate SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING ${COLUMNS}`;

export function registerClaimCertificates(app: Api, { database: { pool }, clock }: IdentityDeps): void {
  app.post(
    '/v1/claim-certificates',
    operation({
      access: 'admin',
      tag,
      summary: 'Register the claim certificate of a model, or the authority that signs those',
      body: newClaimCertificateSchema,
      response: { 201: claimCertificateSchema },
      problems: ['unknown-reference', 'already-exists', 'unusable-certificate'],
    }),
    async ({ body: { deviceModelId, name, certificate: text, maxDevices, validDays } }, reply) => {
      const now = clock.now();
      const certificate = parse(text, now);
      // Not beyond what the certificate says of itself.
      const expiresAt = new Date(Math.min(now + validDays * DAY_MS, certificate.validToDate.getTime()));
      const { rows } = await pool.query<ClaimCertificate>(INSERT, [
        deviceModelId,
        name,
        certificate.subject,
        fingerprintOf(certificate),
        certificate.toString(),
        certificate.ca,
        maxDevices,
        new Date(now),
        expiresAt,
      ]);
      return reply.code(201).send(rows[0] ?? notFound('claim certificate', ''));
    },
  );
  app.get(
    '/v1/claim-certificates',
    operation({
      access: 'admin',
      tag,
      summary: 'List claim certificates, newest first',
      querystring: provisioningTokensQuery,
      response: { 200: claimCertificatesPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { deviceModelId, limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const { rows } = await pool.query<ClaimCertificate>(LIST, [deviceModelId ?? null, after, limit + 1]);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  app.post(
    '/v1/claim-certificates/:claimCertificateId/revoke',
    operation({
      access: 'admin',
      tag,
      summary: 'Revoke a claim certificate',
      description: 'Devices that traded it keep their credentials.',
      params: idParams('claimCertificateId'),
      response: { 200: claimCertificateSchema },
      problems: ['not-found'],
    }),
    async ({ params: { claimCertificateId: id } }) => {
      const { rows } = await pool.query<ClaimCertificate>(REVOKE, [id, new Date(clock.now())]);
      return rows[0] ?? notFound('claim certificate', id);
    },
  );
}

function parse(text: string, now: number): X509Certificate {
  const unusable = (reason: string): never => {
    throw new ApiProblem('unusable-certificate', { reason });
  };
  // A private key does not belong here, and would be kept with what it opens.
  if (text.includes('PRIVATE KEY')) return unusable('Send the certificate alone, without its private key.');
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    return unusable('This is no X.509 certificate in PEM.');
  }
  return isInForce(certificate, now)
    ? certificate
    : unusable('The certificate is not in force by its dates.');
}
