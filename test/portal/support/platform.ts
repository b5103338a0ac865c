import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Platform, startPlatform } from '../../../compose.ts';
import { ManualClock } from '../../../platform/clock.ts';
import { parseConfig } from '../../../platform/config.ts';
import { Browser } from '../../api-auth/support/browser.ts';
import { waitForMail } from '../../api-auth/support/served-api.ts';
import { createTestDatabase } from '../../support/database.ts';
import { silentLog } from '../../support/log.ts';

/** A Saturday, whatever the browser's clock says: pages follow the platform's time. */
export const NOW = Date.UTC(2026, 10, 21, 10);
const TOKEN = 'api-token-of-the-portal-tests-0123456789';

export interface ServedPlatform extends AsyncDisposable {
  readonly url: string;
  readonly clock: ManualClock;
  readonly platform: Platform;
  readonly dataFolder: string;
  /** A program with cookies, of nobody yet; `machine` has the API token. */
  readonly browser: () => Browser;
  readonly machine: Browser;
  readonly mailTo: (address: string, n?: number) => Promise<string>;
  /** A request with the API token; answers the body and fails on a refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  readonly call: (method: string, path: string, body?: unknown) => Promise<any>;
}

/** The whole platform, as main.ts starts it: broker, rules and API over a real database, in lock-step. */
export async function servePlatform(environment: Record<string, string> = {}): Promise<ServedPlatform> {
  const database = await createTestDatabase(NOW);
  const dataFolder = await mkdtemp(join(tmpdir(), 'neverout-portal-'));
  const clock = new ManualClock(NOW);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const config = parseConfig({
    DATABASE_URL: database.url,
    NEVEROUT_DATA: dataFolder,
    HOST: '127.0.0.1',
    HTTP_PORT: String(port),
    PUBLIC_URL: url,
    MQTT_PORT: '0',
    MQTT_CONNECTIONS_PER_MINUTE: '100000',
    NEVEROUT_API_TOKEN: TOKEN,
    AUTH_SECRET: 'a secret of the portal tests, 32 bytes',
    EVALUATE_SPACING_SECONDS: '0',
    ...environment,
  });
  const platform = await startPlatform({
    config,
    clock,
    log: silentLog,
    durability: 'throw-away',
    pace: 'lock-step',
  });
  const newBrowser = () => new Browser(url, new Set());
  const machine = newBrowser();
  machine.headers.set('authorization', `Bearer ${TOKEN}`);
  return {
    url,
    clock,
    platform,
    dataFolder,
    browser: newBrowser,
    machine,
    mailTo: (address, n) => waitForMail(dataFolder, address, n),
    call: async (method, path, body) => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    [Symbol.asyncDispose]: async () => {
      await platform.close();
      await database[Symbol.asyncDispose]();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Known before the platform starts: links in mails and passkeys are bound to the address. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
