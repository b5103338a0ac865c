import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect } from 'vitest';
import { buildApi } from '../../../api/build-api.ts';
import { ManualClock } from '../../../platform/clock.ts';
import { parseConfig } from '../../../platform/config.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { Browser } from './browser.ts';

export const NOW = Date.UTC(2026, 10, 21, 10);
export const TOKEN = 'api-token-of-the-tests-0123456789';

export interface ServedApi extends AsyncDisposable {
  /** With the port: the origin of its own pages. */
  readonly url: string;
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  readonly dataFolder: string;
  /** Whatever must never be in a log line. */
  readonly secrets: Set<string>;
  readonly logged: () => string;
  /** Of nobody yet. */
  readonly browser: () => Browser;
  /** With the API token. */
  readonly machine: Browser;
  /** Waits for the n-th mail to the address and answers its text, decoded. */
  readonly mailTo: (address: string, n?: number) => Promise<string>;
}

/** The API over real HTTP, with its log kept at the finest level. */
export async function serveApi(environment: Record<string, string> = {}): Promise<ServedApi> {
  const database = await createTestDatabase(NOW);
  const dataFolder = await mkdtemp(join(tmpdir(), 'neverout-auth-'));
  const clock = new ManualClock(NOW);
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const log = pino({ level: 'trace' }, destination);
  const config = parseConfig({
    NEVEROUT_DATA: dataFolder,
    AUTH_SECRET: 'a secret of the tests, 32 bytes or more',
    ...environment,
  });
  const app = await buildApi({ database, clock, config, log, metrics: createMetrics(), apiToken: TOKEN });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://localhost:${(app.server.address() as AddressInfo).port}`;
  const secrets = new Set([TOKEN, 'a secret of the tests, 32 bytes or more']);
  const browser = () => new Browser(url, secrets);
  const machine = browser();
  machine.headers.set('authorization', `Bearer ${TOKEN}`);
  const dispose = async () => {
    await app.close();
    await database[Symbol.asyncDispose]();
    await rm(dataFolder, { recursive: true, force: true });
    expectNothingLeaked(lines.join(''), secrets);
  };
  return {
    url,
    database,
    clock,
    dataFolder,
    secrets,
    logged: () => lines.join(''),
    browser,
    machine,
    mailTo: async (address, n = 1) => {
      const text = await waitForMail(dataFolder, address, n);
      for (const token of text.matchAll(/token=([^\s]+)/g)) secrets.add(decodeURIComponent(token[1] ?? ''));
      return text;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Every test file ends with it: whatever was secret in it stands in no line of its log. */
export function expectNothingLeaked(logged: string, secrets: ReadonlySet<string>): void {
  expect(logged.length).toBeGreaterThan(0);
  for (const secret of secrets) {
    if (secret.length >= 8) expect(logged.includes(secret), `logged: ${secret}`).toBe(false);
  }
}

/** The n-th mail to the address, once it is written. */
export function waitForMail(dataFolder: string, address: string, n = 1): Promise<string> {
  return eventually(async () => {
    const mails = await readMails(dataFolder);
    const found = mails.filter((mail) => mail.includes(`To: ${address}`))[n - 1];
    if (found === undefined) throw new Error(`no mail ${n} to ${address} among ${mails.length}`);
    return found;
  });
}

/** Oldest first: by when they were written, since the clock of their names stands still here. */
async function readMails(folder: string): Promise<string[]> {
  const mailFolder = join(folder, 'mail');
  const files = await readdir(mailFolder).catch(() => []);
  const mails = await Promise.all(
    files
      .filter((file) => file.endsWith('.eml'))
      .map(async (file) => {
        const path = join(mailFolder, file);
        return {
          text: await readFile(path, 'utf8'),
          writtenAt: (await stat(path, { bigint: true })).mtimeNs,
        };
      }),
  );
  return mails.toSorted((a, b) => Number(a.writtenAt - b.writtenAt)).map(({ text }) => decode(text));
}

/** Quoted-printable: soft line breaks and =XX. */
function decode(text: string): string {
  const bytes = text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The token in the link of a mail. */
export function tokenIn(mail: string, page: string): string {
  const [, token] = new RegExp(`/account/${page}\\?token=([^\\s]+)`).exec(mail) ?? [];
  if (token === undefined) throw new Error(`no link to ${page} in ${mail}`);
  return decodeURIComponent(token);
}
