import { randomUUID } from 'node:crypto';
import type { ConnectPacket } from 'aedes';
import { CONNACK, type ConnectRefusal, checkClientId, checkWill } from './connect-rules.ts';
import { hashSecret, isDeviceId, type Proof, secretMatches } from './credentials.ts';
import type { Device } from './device.ts';
import type { DeviceKey, DeviceLookup } from './device-lookup.ts';
import type { KeyedLimiter } from './rate-limit.ts';

export interface Greeting {
  readonly packet: ConnectPacket;
  /** SHA-256 of the client certificate that the TLS handshake proved, lower-case hex; null: none. */
  readonly certificateFingerprint: string | null;
}

export interface Admission {
  readonly device: Device;
  readonly proof: Proof;
  readonly clientId: string;
}

export interface AuthenticationDeps {
  readonly lookup: DeviceLookup;
  /** Connection attempts of each device. */
  readonly attempts: KeyedLimiter;
}

const BAD_CREDENTIALS: ConnectRefusal = { reason: 'bad-credentials', code: CONNACK.badCredentials };
const TOO_OFTEN: ConnectRefusal = { reason: 'too-often', code: CONNACK.unavailable };
const UNAVAILABLE: ConnectRefusal = { reason: 'database-away', code: CONNACK.unavailable };

/**
 * Who is connecting: by client certificate if the device has registered one, else by device id and secret.
 * The same answer for an unknown device and a wrong secret.
 */
export async function authenticate(
  { lookup, attempts }: AuthenticationDeps,
  greeting: Greeting,
): Promise<Admission | ConnectRefusal> {
  const { packet, certificateFingerprint } = greeting;
  const { username } = packet;
  const key = keyOf(greeting);
  if (key === null) return BAD_CREDENTIALS;
  if (!attempts.allow('id' in key ? key.id : key.fingerprint, performance.now())) return TOO_OFTEN;
  let device: Device | null;
  try {
    device = await lookup.find(key);
  } catch {
    return UNAVAILABLE;
  }
  // A certificate that belongs to no device proves nothing; the secret may still do.
  if (device === null && 'fingerprint' in key && username !== undefined) {
    return authenticate({ lookup, attempts }, { packet, certificateFingerprint: null });
  }
  if (device === null) return BAD_CREDENTIALS;
  const proof = prove(device, packet, certificateFingerprint);
  if (proof === null) return BAD_CREDENTIALS;
  return admit(device, proof, packet);
}

function keyOf({ packet, certificateFingerprint }: Greeting): DeviceKey | null {
  if (certificateFingerprint !== null) return { fingerprint: certificateFingerprint };
  const { username } = packet;
  return username !== undefined && isDeviceId(username) ? { id: username } : null;
}

function prove(
  device: Device,
  { username, password }: ConnectPacket,
  fingerprint: string | null,
): Proof | null {
  if (fingerprint !== null && device.certificateFingerprint === fingerprint) {
    // A user name is not needed; a wrong one is a mistake that should show.
    return username === undefined || username === device.id ? { certificateFingerprint: fingerprint } : null;
  }
  if (password === undefined) return null;
  const secret = Buffer.isBuffer(password) ? password : Buffer.from(password);
  return secretMatches(device, secret) ? { secretHash: hashSecret(secret) } : null;
}

function admit(device: Device, proof: Proof, packet: ConnectPacket): Admission | ConnectRefusal {
  if (device.revoked) return { reason: 'revoked', code: CONNACK.notAuthorized };
  const refusal = checkClientId(packet, device.id) ?? checkWill(packet, device.id);
  if (refusal !== null) return refusal;
  return {
    device,
    proof,
    clientId: packet.clientId === '' ? `${device.id}:${randomUUID()}` : packet.clientId,
  };
}
