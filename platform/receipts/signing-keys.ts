import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { Queryable } from '../order-store.ts';
import { type SigningKey, thumbprint } from './jws.ts';

interface KeyRow {
  readonly id: string;
  readonly publicJwk: JsonWebKey;
  readonly privateJwk: JsonWebKey;
}

/** The oldest key in use: processes that make one at the same moment then agree on one of them. */
const CURRENT = `
  SELECT id, public_jwk AS "publicJwk", private_jwk AS "privateJwk" FROM signing_key
  WHERE retired_at IS NULL ORDER BY created_at, id LIMIT 1`;
const INSERT = 'INSERT INTO signing_key (id, public_jwk, private_jwk, created_at) VALUES ($1, $2, $3, $4)';
const PUBLIC = 'SELECT id, public_jwk AS "publicJwk" FROM signing_key ORDER BY created_at, id';

/** The key that receipts are signed with; made at first use, the same for every process. */
export async function currentSigningKey(db: Queryable, now: number): Promise<SigningKey> {
  const known = await db.query<KeyRow>(CURRENT, []);
  if (known.rows[0] !== undefined) return known.rows[0];
  const pair = generateKeyPairSync('ed25519');
  const publicJwk = pair.publicKey.export({ format: 'jwk' });
  const privateJwk = pair.privateKey.export({ format: 'jwk' });
  const values = [
    thumbprint(publicJwk),
    JSON.stringify(publicJwk),
    JSON.stringify(privateJwk),
    new Date(now),
  ];
  await db.query(INSERT, values);
  const { rows } = await db.query<KeyRow>(CURRENT, []);
  return rows[0] ?? { id: thumbprint(publicJwk), publicJwk, privateJwk };
}

/** Every public key that ever signed, as a JSON Web Key Set (RFC 7517): old receipts stay verifiable. */
export async function publicKeySet(db: Queryable): Promise<{ keys: Record<string, string>[] }> {
  const { rows } = await db.query<Pick<KeyRow, 'id' | 'publicJwk'>>(PUBLIC, []);
  return {
    keys: rows.map(({ id, publicJwk: { kty = '', crv = '', x = '' } }) => ({
      kty,
      crv,
      x,
      kid: id,
      use: 'sig',
      alg: 'EdDSA',
    })),
  };
}
