import { createHmac } from 'node:crypto';
import type { Browser } from './browser.ts';
import { type ServedApi, tokenIn } from './served-api.ts';

export const PASSWORD = 'correct horse battery';

/** Signs up, confirms the address with the mail's link, signs in. */
export async function join(
  api: Pick<ServedApi, 'browser' | 'mailTo'>,
  email: string,
  password = PASSWORD,
): Promise<Browser> {
  const browser = api.browser();
  await expectStatus(browser.post('/v1/auth/sign-up', { email, password, name: email.split('@')[0] }), 204);
  const token = tokenIn(await api.mailTo(email), 'verify-email');
  await expectStatus(browser.post('/v1/auth/verify-email', { token }), 204);
  await expectStatus(browser.post('/v1/auth/sign-in', { email, password }), 200);
  return browser;
}

/** An account of staff with an authenticator app; answers its browser, signed in completely. */
export async function joinStaff(
  api: Pick<ServedApi, 'browser' | 'mailTo' | 'machine'>,
  email: string,
  role: 'ops' | 'admin',
): Promise<Browser & { totpSecret: string }> {
  await expectStatus(api.machine.post('/v1/users', { email, name: email, role }), 201);
  const browser = api.browser();
  const token = tokenIn(await api.mailTo(email), 'reset-password');
  await expectStatus(browser.post('/v1/auth/reset-password', { token, newPassword: PASSWORD }), 204);
  await expectStatus(browser.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
  const totpSecret = await setUpApp(browser);
  return Object.assign(browser, { totpSecret });
}

/** Sets up an authenticator app; answers its secret. */
export async function setUpApp(browser: Browser, password = PASSWORD): Promise<string> {
  const { body } = await expectStatus(browser.post('/v1/auth/two-factor', { password }), 200);
  const secret = new URL(body.totpUri).searchParams.get('secret') ?? '';
  await expectStatus(browser.post('/v1/auth/two-factor/verify', { code: totp(secret) }), 204);
  return secret;
}

export async function expectStatus<Result extends { status: number; body: unknown }>(
  pending: Promise<Result>,
  status: number,
): Promise<Result> {
  const answer = await pending;
  if (answer.status !== status)
    throw new Error(`${answer.status} ${JSON.stringify(answer.body)} instead of ${status}`);
  return answer;
}

/** A customer that the browser's person owns. */
export async function ownCustomer(browser: Browser, name = 'Household'): Promise<string> {
  const customer = { name, timeZone: 'Europe/Berlin', currency: 'EUR' };
  return (await expectStatus(browser.post('/v1/customers', customer), 201)).body.id;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;

/**
 * The six digits that an authenticator app shows now, or `steps` of 30 seconds later (RFC 6238 over RFC 4226,
 * SHA-1). A code works once: who signs in again at once takes the next, which is let in early.
 */
export function totp(secret: string, steps = 0): string {
  const bits = [...secret.replaceAll('=', '')]
    .map((c) => BASE32.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}
