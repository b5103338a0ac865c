import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
const base64url = (data: Uint8Array | string) => Buffer.from(data).toString('base64url');

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const CREDENTIAL_INCLUDED = 0x40;

/**
 * A passkey in software: does what an authenticator does in the ceremonies of W3C Web Authentication level 3,
 * §6.3, with ES256 and attestation "none".
 */
export class Authenticator {
  readonly #id = randomBytes(16);
  readonly #key: KeyObject;
  readonly #cosePublicKey: Buffer;
  readonly #verifiesUser: boolean;
  #counter = 0;

  constructor({ verifiesUser = true } = {}) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#key = privateKey;
    this.#verifiesUser = verifiesUser;
    // COSE_Key (RFC 9052 §7): {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
    this.#cosePublicKey = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
  }

  /** navigator.credentials.create(), as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: options as the server sends them
  create(options: any, origin: string) {
    const credential = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, this.#id.length]),
      this.#id,
      this.#cosePublicKey,
    ]);
    const authData = Buffer.concat([this.#authData(options.rp.id, CREDENTIAL_INCLUDED), credential]);
    // CBOR: {"fmt": "none", "attStmt": {}, "authData": bytes}.
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
      Buffer.from([authData.length]),
      authData,
    ]);
    return this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', options.challenge, origin),
      attestationObject: base64url(attestationObject),
      transports: ['internal'],
    });
  }

  /** navigator.credentials.get(), as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: options as the server sends them
  get(options: any, origin: string) {
    this.#counter += 1;
    const authData = this.#authData(options.rpId, 0);
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, origin);
    const signed = Buffer.concat([authData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    return this.#credential({
      clientDataJSON,
      authenticatorData: base64url(authData),
      signature: base64url(sign('sha256', signed, this.#key)),
    });
  }

  #authData(rpId: string, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    const all = flags | USER_PRESENT | (this.#verifiesUser ? USER_VERIFIED : 0);
    return Buffer.concat([sha256(rpId), Buffer.from([all]), counter]);
  }

  #clientData(type: string, challenge: string, origin: string): string {
    return base64url(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #credential(response: object) {
    const id = base64url(this.#id);
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} };
  }
}
