import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/** A key for one purpose of one secret, so that none can stand in for another (RFC 5869). */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `neverout ${purpose}`, KEY_BYTES));
