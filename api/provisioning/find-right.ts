import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { PoolClient } from '../../platform/database.ts';
import { hashToken } from '../auth/keys.ts';
import type { ClaimRight } from './provision.ts';

export interface ClaimProof {
  readonly token: string | null;
  /** Whose private key the TLS handshake proved. */
  readonly certificate: X509Certificate | null;
}

/** Locked, so that of many devices that trade at once no more than allowed get through. */
const LIVE_TOKEN = `
  SELECT 'token' AS kind, t.id, t.device_model_id AS "deviceModelId", t.used_devices >= t.max_devices AS "isUsedUp",
    m.make || ' ' || m.model AS "modelName"
  FROM provisioning_token t JOIN device_model m ON m.id = t.device_model_id
  WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 FOR NO KEY UPDATE OF t`;
const LIVE_CERTIFICATES = `
  SELECT 'certificate' AS kind, t.id, t.device_model_id AS "deviceModelId",
    t.used_devices >= t.max_devices AS "isUsedUp", m.make || ' ' || m.model AS "modelName", t.fingerprint, t.pem
  FROM claim_certificate t JOIN device_model m ON m.id = t.device_model_id
  WHERE (t.fingerprint = $1 OR (t.is_authority AND t.subject = $2)) AND t.revoked_at IS NULL AND t.expires_at > $3
  ORDER BY t.fingerprint = $1 DESC, t.id FOR NO KEY UPDATE OF t`;

export const fingerprintOf = ({ fingerprint256 }: X509Certificate): string =>
  fingerprint256.replaceAll(':', '').toLowerCase();

/** The client certificate of a TLS connection; the handshake has proved that its key is there. */
export function provenCertificate(socket: Socket): X509Certificate | null {
  return socket instanceof TLSSocket ? (socket.getPeerX509Certificate() ?? null) : null;
}

/** The right that a device shows: its certificate, or else its token; null when neither is in force. */
export async function findRight(
  client: PoolClient,
  { token, certificate }: ClaimProof,
  now: number,
): Promise<ClaimRight | null> {
  if (certificate !== null) return await findCertificate(client, certificate, now);
  if (token === null) return null;
  const { rows } = await client.query<ClaimRight>(LIVE_TOKEN, [hashToken(token), new Date(now)]);
  return rows[0] ?? null;
}

async function findCertificate(
  client: PoolClient,
  certificate: X509Certificate,
  now: number,
): Promise<ClaimRight | null> {
  const fingerprint = fingerprintOf(certificate);
  if (!isInForce(certificate, now)) return null;
  const { rows } = await client.query<ClaimRight & { fingerprint: string; pem: string }>(LIVE_CERTIFICATES, [
    fingerprint,
    certificate.issuer,
    new Date(now),
  ]);
  // An authority must have signed it itself: chains over others in between are not followed.
  const right = rows.find((row) => row.fingerprint === fingerprint || isSignedBy(certificate, row.pem, now));
  if (right === undefined) return null;
  const { kind, id, deviceModelId, isUsedUp, modelName } = right;
  return { kind, id, deviceModelId, isUsedUp, modelName };
}

/** Its own dates (RFC 5280, 4.1.2.5), by the platform's clock. */
export const isInForce = ({ validFromDate, validToDate }: X509Certificate, now: number): boolean =>
  validFromDate.getTime() <= now && now <= validToDate.getTime();

function isSignedBy(certificate: X509Certificate, pem: string, now: number): boolean {
  const authority = new X509Certificate(pem);
  return (
    isInForce(authority, now) && certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  );
}
