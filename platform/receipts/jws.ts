import { createHash, createPrivateKey, type JsonWebKey, sign } from 'node:crypto';

/** A key pair of Ed25519 as JSON Web Keys (RFC 8037). */
export interface SigningKey {
  readonly id: string;
  readonly publicJwk: JsonWebKey;
  readonly privateJwk: JsonWebKey;
}

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

/** The name of a key: the hash of its public part (RFC 7638, with the members of RFC 8037 §2). */
export function thumbprint({ crv, kty, x }: JsonWebKey): string {
  // Members in alphabetical order and without spaces, or the hash is another.
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

/** Signs a document: compact JWS (RFC 7515) with EdDSA. Its payload is the document itself, as JSON. */
export function signDocument(document: object, key: SigningKey, type: string): string {
  const header = base64url(JSON.stringify({ alg: 'EdDSA', typ: type, kid: key.id }));
  const payload = base64url(JSON.stringify(document));
  const input = `${header}.${payload}`;
  const privateKey = createPrivateKey({ key: key.privateJwk, format: 'jwk' });
  return `${input}.${sign(null, Buffer.from(input, 'ascii'), privateKey).toString('base64url')}`;
}
