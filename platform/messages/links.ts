import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../keys.ts';

/** What a link lets its bearer do, and nothing else. */
const ACTIONS = ['approve', 'cancel', 'delay', 'skip', 'have', 'unsubscribe'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Link {
  readonly action: Action;
  /** The order; of `unsubscribe`, the message. */
  readonly subject: string;
  /** The message that the link stands in: the same act from another message is another link. */
  readonly messageId: string;
  readonly expiresAt: number;
}

/** Makes and reads the tokens of links that work without signing in. */
export interface Links {
  readonly addressOf: (link: Link) => string;
  readonly tokenOf: (link: Link) => string;
  /** The link of a token that this installation made, expired or not; null: it did not. */
  readonly read: (token: string) => Link | null;
}

/** Below the installation's address; short, because mail programs break long addresses. */
export const LINK_PATH = '/a';

const BYTES = { action: 1, id: 16, expiry: 6, mac: 32 };
const BODY_BYTES = BYTES.action + 2 * BYTES.id + BYTES.expiry;

const idBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');
function idText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Links signed with a key of AUTH_SECRET (HMAC-SHA-256). The purpose is inside the signature, so that a link to
 * delay cannot be turned into one to approve; the expiry too. The same secret in every process that sends or serves.
 */
export function openLinks(secret: string, publicUrl: string): Links {
  const key = deriveKey(secret, 'message links');
  const mac = (body: Buffer) => createHmac('sha256', key).update(body).digest();
  const tokenOf = ({ action, subject, messageId, expiresAt }: Link): string => {
    const expiry = Buffer.alloc(BYTES.expiry);
    expiry.writeUIntBE(expiresAt, 0, BYTES.expiry);
    const body = Buffer.concat([
      Buffer.of(ACTIONS.indexOf(action)),
      idBytes(subject),
      idBytes(messageId),
      expiry,
    ]);
    return Buffer.concat([body, mac(body)]).toString('base64url');
  };
  return {
    tokenOf,
    addressOf: (link) => `${publicUrl}${LINK_PATH}/${tokenOf(link)}`,
    read: (token) => {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length !== BODY_BYTES + BYTES.mac) return null;
      const body = bytes.subarray(0, BODY_BYTES);
      if (!timingSafeEqual(mac(body), bytes.subarray(BODY_BYTES))) return null;
      const action = ACTIONS[body[0] ?? -1];
      if (action === undefined) return null;
      const ids = BYTES.action + BYTES.id;
      return {
        action,
        subject: idText(body.subarray(BYTES.action, ids)),
        messageId: idText(body.subarray(ids, ids + BYTES.id)),
        expiresAt: body.readUIntBE(ids + BYTES.id, BYTES.expiry),
      };
    },
  };
}

/** What is kept of a used link. */
export const hashLink = (token: string): Buffer => createHash('sha256').update(token).digest();
