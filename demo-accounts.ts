import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Platform } from './compose.ts';
import { appCode } from './demo-totp.ts';
import { systemClock } from './platform/clock.ts';

/** People who may look around in a demo that stays up. */
export interface DemoAccounts {
  readonly customer: { readonly email: string; readonly household: string };
  readonly ops: { readonly email: string; readonly totpKey: string; readonly backupCodes: readonly string[] };
  readonly password: string;
}

interface Options {
  readonly platform: Platform;
  /** Where browsers reach it. */
  readonly url: string;
  /** Where mails are written to. */
  readonly dataFolder: string;
}

/** Throw-away, as everything of a demo. */
const PASSWORD = 'never out of toner';
const CUSTOMER = 'customer@demo.example';
const OPS = 'ops@demo.example';
const MAIL_TRIES = 100;
const MAIL_PAUSE_MS = 100;

/** The household with the most devices: there is most to see. */
const LARGEST = `
  SELECT c.id, c.name FROM customer c JOIN device d ON d.customer_id = c.id AND d.revoked_at IS NULL
  GROUP BY c.id ORDER BY count(*) DESC, c.id LIMIT 1`;

/**
 * Makes two accounts as people make them, through the API and its mails: an owner of the largest household, and a
 * member of the staff with an authenticator app.
 */
export async function makeDemoAccounts(options: Options): Promise<DemoAccounts> {
  const { rows } = await options.platform.database.pool.query<{ id: string; name: string }>(LARGEST);
  const household = rows[0];
  if (household === undefined) throw new Error('The simulated world has no household.');
  const machine = new Visitor(options.url, options.platform.apiToken);
  return {
    customer: { email: await makeCustomer(options, machine, household.id), household: household.name },
    ops: await makeOps(options, machine),
    password: PASSWORD,
  };
}

async function makeCustomer(options: Options, machine: Visitor, customerId: string): Promise<string> {
  const visitor = new Visitor(options.url);
  await visitor.post('/v1/auth/sign-up', { email: CUSTOMER, password: PASSWORD, name: 'Demo Customer' });
  await visitor.post('/v1/auth/verify-email', {
    token: await mailedToken(options, CUSTOMER, 'verify-email'),
  });
  await visitor.post('/v1/auth/sign-in', { email: CUSTOMER, password: PASSWORD });
  await machine.post(`/v1/customers/${customerId}/invitations`, { email: CUSTOMER, role: 'owner' });
  await visitor.post('/v1/invitations/accept', { token: await mailedToken(options, CUSTOMER, 'invitation') });
  return CUSTOMER;
}

async function makeOps(options: Options, machine: Visitor): Promise<DemoAccounts['ops']> {
  await machine.post('/v1/users', { email: OPS, name: 'Demo Operations', role: 'admin' });
  const visitor = new Visitor(options.url);
  const token = await mailedToken(options, OPS, 'reset-password');
  await visitor.post('/v1/auth/reset-password', { token, newPassword: PASSWORD });
  await visitor.post('/v1/auth/sign-in', { email: OPS, password: PASSWORD });
  const { totpUri, backupCodes } = (await visitor.post('/v1/auth/two-factor', { password: PASSWORD })) as {
    totpUri: string;
    backupCodes: readonly string[];
  };
  const totpKey = new URL(totpUri).searchParams.get('secret') ?? '';
  // Only a code of the app puts it in force; a backup code does not. Apps go by the real time.
  await visitor.post('/v1/auth/two-factor/verify', { code: appCode(totpKey, systemClock.now()) });
  // Refused to whom the second factor is missing: better here than in front of whoever looks.
  await visitor.get('/v1/ops/today');
  return { email: OPS, totpKey, backupCodes };
}

/** Waits for the newest mail to somebody and answers the token in its link. */
async function mailedToken({ platform, dataFolder }: Options, email: string, page: string): Promise<string> {
  const folder = join(dataFolder, 'mail');
  for (let tries = 0; tries < MAIL_TRIES; tries += 1) {
    await platform.drain();
    for (const file of (await readdir(folder).catch(() => [])).toSorted().toReversed()) {
      const text = decode(await readFile(join(folder, file), 'utf8'));
      const [, token] = new RegExp(`/account/${page}\\?token=(\\S+)`).exec(text) ?? [];
      if (token !== undefined && text.includes(`To: ${email}`)) return decodeURIComponent(token);
    }
    await pause(MAIL_PAUSE_MS);
  }
  throw new Error(`No mail with a link to ${page} came to ${email}.`);
}

/** Quoted-printable (RFC 2045, section 6.7): soft line breaks and =XX. */
const decode = (text: string): string =>
  text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** A browser as far as signing in needs one. */
class Visitor {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #cookies = new Map<string, string>();

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  readonly post = (path: string, body: unknown): Promise<unknown> => this.#ask('POST', path, body);
  readonly get = (path: string): Promise<unknown> => this.#ask('GET', path);

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const headers = new Headers({ origin: this.#url });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`);
    if (this.#cookies.size > 0) {
      headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
