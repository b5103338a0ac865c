import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

export interface DeviceSecret {
  /** What the device sends as its MQTT password. */
  readonly secret: string;
  /** What is kept: SHA-256 of the password's UTF-8 bytes (docs/decisions/0005-device-secrets.md). */
  readonly hash: Buffer;
}

/** 256 random bits: no slow hash is needed for what nobody can guess. */
export function newDeviceSecret(): DeviceSecret {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, hash: createHash('sha256').update(secret, 'utf8').digest() };
}
