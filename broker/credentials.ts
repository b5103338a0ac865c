import { createHash, timingSafeEqual } from 'node:crypto';
import type { Device } from './device.ts';

const DEVICE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Canonical text of a device id: topics are compared character by character. */
export const isDeviceId = (text: string): boolean => DEVICE_ID.test(text);

/** How a secret is stored: docs/decisions/0005-device-secrets.md says why no slow hash is needed. */
export const hashSecret = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest();

export function secretMatches(device: Device, secret: Buffer): boolean {
  return device.secretHash !== null && timingSafeEqual(hashSecret(secret), device.secretHash);
}

/** How a connection proved to be its device. */
export type Proof = { readonly secretHash: Buffer } | { readonly certificateFingerprint: string };

/** Whether what a connection proved with is still good after the device changed. */
export function stillProves(proof: Proof, device: Device): boolean {
  if (device.revoked) return false;
  if ('certificateFingerprint' in proof)
    return device.certificateFingerprint === proof.certificateFingerprint;
  return device.secretHash !== null && timingSafeEqual(proof.secretHash, device.secretHash);
}
