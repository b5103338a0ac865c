import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { deriveKey } from '../keys.ts';
import type { Queryable } from '../order-store.ts';
import type { Mail } from './mailer.ts';

/** Initialisation vector and tag of AES-256-GCM (NIST SP 800-38D). */
const IV_BYTES = 12;
const TAG_BYTES = 16;

const mailSchema = z.object({ to: z.string(), subject: z.string(), text: z.string() });

const keyOf = (secret: string): Buffer => deriveKey(secret, 'sealed mails');

function seal(secret: string, mail: Mail): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(mail), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** Throws when it was sealed with another secret, or altered. */
export function unseal(secret: string, bytes: Buffer): Mail {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  return mailSchema.parse(JSON.parse(text.toString('utf8')));
}

const ADD = `
  INSERT INTO sealed_mail (sealed, created_at, due_at, expires_at) VALUES ($1, $2, $3, $4) RETURNING id`;
const FORGET = 'DELETE FROM sealed_mail WHERE id = $1';

/**
 * Keeps a mail with a secret in it until it is sent, or until its secret opens nothing any more: encrypted, so that
 * who reads the table or a backup of it learns neither the link nor the address. Returns its id.
 */
export async function addSealedMail(
  db: Queryable,
  secret: string,
  mail: Mail,
  times: { readonly at: number; readonly dueAt: number; readonly expiresAt: number },
): Promise<string> {
  const { at, dueAt, expiresAt } = times;
  const values = [seal(secret, mail), new Date(at), new Date(dueAt), new Date(expiresAt)];
  const { rows } = await db.query<{ id: string }>(ADD, values);
  return rows[0]?.id ?? '';
}

export async function forgetSealedMail(db: Queryable, id: string): Promise<void> {
  await db.query(FORGET, [id]);
}
