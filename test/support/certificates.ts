import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** SHA-256, lower-case hex, as the device table has it. */
  readonly fingerprint: string;
}

export interface Certificates extends AsyncDisposable {
  readonly ca: Certificate;
  /** PEM files of the server and of the CA. */
  readonly files: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly makeDevice: (name: string) => Promise<Certificate>;
  readonly makeSelfSigned: (name: string) => Promise<Certificate>;
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>;

const LOCALHOST: Extensions = [
  {
    name: 'subjectAltName',
    altNames: [
      { type: 2, value: 'localhost' },
      { type: 7, ip: '127.0.0.1' },
    ],
  },
];
const AUTHORITY: Extensions = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, digitalSignature: true },
];

async function make(name: string, extensions: Extensions, ca?: Certificate): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions,
    ...(ca === undefined ? {} : { ca: { cert: ca.cert, key: ca.key } }),
  });
  const fingerprint = new X509Certificate(made.cert).fingerprint256.replaceAll(':', '').toLowerCase();
  return { cert: made.cert, key: made.private, fingerprint };
}

/** A certificate authority, a server and as many devices as wanted; the files go with the object. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'neverout-certificates-'));
  const ca = await make('Test CA', AUTHORITY);
  const server = await make('localhost', LOCALHOST, ca);
  const files = {
    cert: join(folder, 'server.pem'),
    key: join(folder, 'server.key'),
    ca: join(folder, 'ca.pem'),
  };
  await writeFile(files.cert, server.cert);
  await writeFile(files.key, server.key);
  await writeFile(files.ca, ca.cert);
  return {
    ca,
    files,
    makeDevice: (name) => make(name, [{ name: 'extKeyUsage', clientAuth: true }], ca),
    makeSelfSigned: (name) => make(name, [{ name: 'extKeyUsage', clientAuth: true }]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
