import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStatus, PASSWORD, setUpApp } from './support/people.ts';
import { type ServedApi, serveApi } from './support/served-api.ts';

const COMMAND = fileURLToPath(new URL('../../api/auth/first-admin.ts', import.meta.url));
const run = promisify(execFile);

describe('the command for the first admin', () => {
  let api: ServedApi;
  beforeAll(async () => {
    api = await serveApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const command = async (...args: string[]) => {
    const env = {
      ...process.env,
      DATABASE_URL: api.database.url,
      NEVEROUT_DATA: api.dataFolder,
      AUTH_SECRET: 'a secret of the tests, 32 bytes or more',
      PUBLIC_URL: api.url,
    };
    const { stdout, stderr } = await run(process.execPath, [COMMAND, ...args], { env });
    const token = /token=(\S+)/.exec(stdout)?.[1] ?? '';
    api.secrets.add(token);
    expect(stderr).not.toContain(token);
    return { stdout, token };
  };

  test('prints a link that works once to choose a password; then a second factor is due', async () => {
    const { stdout, token } = await command('--email', 'Root@Example.org');
    expect(stdout).toContain(`${api.url}/account/reset-password?token=`);
    const browser = api.browser();
    expect((await browser.get(`/account/reset-password?token=${token}`)).body).toContain('<form');
    const form = new URLSearchParams({ token, newPassword: PASSWORD });
    expect((await browser.post('/account/reset-password', form)).body).toContain('Your password is set');
    expect((await browser.post('/account/reset-password', form)).status).toBe(400);
    await expectStatus(
      browser.post('/v1/auth/sign-in', { email: 'root@example.org', password: PASSWORD }),
      200,
    );
    expect((await browser.get('/v1/users')).body.code).toBe('second-factor-required');
    await setUpApp(browser);
    const { body } = await expectStatus(browser.get('/v1/users'), 200);
    expect(body.items).toMatchObject([{ email: 'root@example.org', role: 'admin', hasSecondFactor: true }]);
  });

  test('helps an admin who lost the second factor', async () => {
    const { token } = await command('--email', 'root@example.org', '--reset-second-factor');
    const browser = api.browser();
    await expectStatus(
      browser.post('/v1/auth/reset-password', { token, newPassword: 'another long password' }),
      204,
    );
    const signIn = { email: 'root@example.org', password: 'another long password' };
    expect((await browser.post('/v1/auth/sign-in', signIn)).body).toEqual({ secondFactorRequired: false });
    expect((await browser.get('/v1/me')).body).toMatchObject({ role: 'admin', secondFactorMissing: true });
  });

  test('does not make whoever signed up with the address before its owner an admin', async () => {
    const squatter = api.browser();
    const signUp = { email: 'chief@example.org', password: PASSWORD, name: 'Chief' };
    await expectStatus(squatter.post('/v1/auth/sign-up', signUp), 204);
    const { stdout, token } = await command('--email', 'chief@example.org');
    expect(stdout).toContain('again an admin');
    const signIn = { email: 'chief@example.org', password: PASSWORD };
    expect((await squatter.post('/v1/auth/sign-in', signIn)).body.code).toBe('sign-in-failed');
    const chief = api.browser();
    const newPassword = 'a password of the owner';
    await expectStatus(chief.post('/v1/auth/reset-password', { token, newPassword }), 204);
    await expectStatus(chief.post('/v1/auth/sign-in', { ...signIn, password: newPassword }), 200);
    expect((await chief.get('/v1/me')).body).toMatchObject({ role: 'admin', secondFactorMissing: true });
  });

  test('says how it is used', async () => {
    await expect(command('--email', 'nonsense')).rejects.toThrow('Usage: npm run admin');
  });
});
