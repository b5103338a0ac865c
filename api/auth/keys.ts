import { createHash, createHmac, randomBytes } from 'node:crypto';
import { deriveKey } from '../../platform/keys.ts';

/** 256 random bits. */
const TOKEN_BYTES = 32;

/** Keys for one purpose each, so that none can stand in for another (RFC 5869). */
export interface Keys {
  /** better-auth's: cookies and second factors. */
  readonly sessions: string;
  readonly claimCodes: Buffer;
  readonly attempts: string;
}

export function deriveKeys(secret: string): Keys {
  const derive = (purpose: string): Buffer => deriveKey(secret, purpose);
  return {
    sessions: derive('sessions').toString('base64url'),
    claimCodes: derive('claim codes'),
    attempts: derive('attempts').toString('base64url'),
  };
}

export interface NewToken {
  readonly token: string;
  readonly hash: Buffer;
}

/** A token that nobody can guess, and what is kept of it. */
export function newToken(): NewToken {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, hash: hashToken(token) };
}

export const hashToken = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

export const hmac = (key: Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text, 'utf8').digest();
