import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authenticator } from './support/authenticator.ts';
import type { Browser } from './support/browser.ts';
import { expectStatus, join, joinStaff, PASSWORD, setUpApp, totp } from './support/people.ts';
import { type ServedApi, serveApi, tokenIn } from './support/served-api.ts';

describe('second factors', () => {
  let api: ServedApi;
  beforeAll(async () => {
    api = await serveApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const newStaff = async (email: string, role: 'ops' | 'admin'): Promise<Browser> => {
    await expectStatus(api.machine.post('/v1/users', { email, name: email, role }), 201);
    const browser = api.browser();
    const token = tokenIn(await api.mailTo(email), 'reset-password');
    await expectStatus(browser.post('/v1/auth/reset-password', { token, newPassword: PASSWORD }), 204);
    await expectStatus(browser.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    return browser;
  };
  const addPasskey = async (browser: Browser, authenticator: Authenticator) => {
    const options = await browser.post('/v1/auth/passkeys/registration-options');
    if (options.status !== 200) return options;
    const response = authenticator.create(options.body, browser.url);
    return await browser.post('/v1/auth/passkeys', { response, name: 'A key' });
  };
  const signInWithPasskey = async (browser: Browser, authenticator: Authenticator, origin = browser.url) => {
    const options = await expectStatus(browser.post('/v1/auth/passkeys/sign-in-options'), 200);
    return await browser.post('/v1/auth/passkeys/sign-in', {
      response: authenticator.get(options.body, origin),
    });
  };

  test('staff reach nothing but the set-up until they have one', async () => {
    const ops = await newStaff('new-ops@example.org', 'ops');
    expect((await ops.get('/v1/me')).body).toMatchObject({
      role: 'ops',
      secondFactorMissing: true,
      hasSecondFactor: false,
    });
    for (const path of ['/v1/devices', '/v1/customers', '/v1/stats', '/v1/me/sessions', '/v1/products']) {
      expect(await ops.get(path), path).toMatchObject({
        status: 403,
        body: { code: 'second-factor-required' },
      });
    }
    const changed = await ops.post('/v1/customers', { name: 'X', timeZone: 'UTC', currency: 'EUR' });
    expect(changed.body.code).toBe('second-factor-required');
    const wrong = await ops.post('/v1/auth/two-factor', { password: 'a wrong password' });
    expect(wrong.status).toBe(400);
    await setUpApp(ops);
    expect((await ops.get('/v1/me')).body).toMatchObject({
      secondFactorMissing: false,
      hasSecondFactor: true,
    });
    await expectStatus(ops.get('/v1/devices'), 200);
    await expectStatus(ops.get('/v1/stats'), 200);
    // Ops run the fleet; people and set-up are for admins.
    expect(await ops.get('/v1/users')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  test('an authenticator app is asked at every sign-in, and its code works', async () => {
    const email = 'app-ops@example.org';
    const { totpSecret } = await joinStaff(api, email, 'ops');
    const browser = api.browser();
    const signIn = () => browser.post('/v1/auth/sign-in', { email, password: PASSWORD });
    expect((await expectStatus(signIn(), 200)).body).toEqual({ secondFactorRequired: true });
    await expectStatus(browser.get('/v1/me'), 401);
    const wrong = ['000000', '000001', '000002', '000003'].find(
      (code) => ![-1, 0, 1].some((step) => totp(totpSecret, step) === code),
    );
    await expectStatus(browser.post('/v1/auth/two-factor/verify', { code: wrong }), 401);
    await expectStatus(browser.get('/v1/me'), 401);
    const code = totp(totpSecret, 1);
    await expectStatus(browser.post('/v1/auth/two-factor/verify', { code, trustDevice: true }), 204);
    await expectStatus(browser.get('/v1/stats'), 200);
    await expectStatus(browser.post('/v1/auth/sign-out'), 204);
    expect((await signIn()).body).toEqual({ secondFactorRequired: true });
    // The code that let somebody in lets nobody in again, however fast they are.
    const late = api.browser();
    await expectStatus(late.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    const replayed = await late.post('/v1/auth/two-factor/verify', { code });
    expect(replayed).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
    await expectStatus(late.get('/v1/me'), 401);
    // Without the first factor a code is nothing.
    await expectStatus(api.browser().post('/v1/auth/two-factor/verify', { code: totp(totpSecret) }), 401);
  });

  test('a backup code works once', async () => {
    const email = 'backup@example.org';
    const browser = await join(api, email);
    const setUp = await expectStatus(browser.post('/v1/auth/two-factor', { password: PASSWORD }), 200);
    const secret = new URL(setUp.body.totpUri).searchParams.get('secret') ?? '';
    await expectStatus(browser.post('/v1/auth/two-factor/verify', { code: totp(secret) }), 204);
    const [code] = setUp.body.backupCodes;
    const use = async () => {
      const other = api.browser();
      await expectStatus(other.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
      return (await other.post('/v1/auth/two-factor/verify-backup-code', { code })).status;
    };
    expect(await use()).toBe(204);
    expect(await use()).toBe(401);
    const { rows } = await api.database.pool.query('SELECT secret, backup_codes FROM auth_two_factor');
    for (const { secret: kept, backup_codes: codes } of rows) {
      expect(`${kept}${codes}`).not.toContain(code);
      expect(`${kept}`).not.toContain(Buffer.from(secret).toString());
    }
    await expectStatus(browser.post('/v1/auth/two-factor/disable', { password: 'a wrong password' }), 400);
    await expectStatus(browser.post('/v1/auth/two-factor/disable', { password: PASSWORD }), 204);
    expect((await browser.get('/v1/me')).body.hasSecondFactor).toBe(false);
    // Neither code opens anything any more, the owner is told by mail, and the log keeps who did it.
    expect([400, 401]).toContain(await use());
    const { rowCount: kept } = await api.database.pool.query(
      'SELECT FROM auth_two_factor t JOIN auth_user u ON u.id = t.user_id WHERE u.email = $1',
      [email],
    );
    expect(kept).toBe(0);
    const told = await api.mailTo(email, 2);
    expect(told).toContain('Subject: Your authenticator app was removed');
    expect(told).toContain('/forgot-password');
    const { items } = (await api.machine.get('/v1/audit-entries?limit=20')).body;
    const removals = items.filter(
      ({ operation }: { operation: string }) => operation === 'POST /v1/auth/two-factor/disable',
    );
    expect(removals.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['204', '400']);
  });

  test('a passkey signs in alone and counts as two factors, because it checks its user', async () => {
    const admin = await newStaff('passkey-admin@example.org', 'admin');
    const authenticator = new Authenticator();
    expect((await addPasskey(admin, authenticator)).status).toBe(201);
    // The session that added it was made with a password alone.
    expect((await admin.get('/v1/users')).body.code).toBe('second-factor-required');
    const browser = api.browser();
    expect((await signInWithPasskey(browser, authenticator)).status).toBe(204);
    await expectStatus(browser.get('/v1/users'), 200);
    const { body } = await expectStatus(browser.get('/v1/auth/passkeys'), 200);
    expect(body.items).toMatchObject([{ name: 'A key' }]);
    const stranger = await join(api, 'passkey-thief@example.org');
    await expectStatus(stranger.send('DELETE', `/v1/auth/passkeys/${body.items[0].id}`), 404);
    await expectStatus(browser.send('DELETE', `/v1/auth/passkeys/${body.items[0].id}`), 204);
    expect((await signInWithPasskey(api.browser(), authenticator)).status).toBe(401);
  });

  test('a passkey is refused for a foreign page, a replayed answer, or without a check of the user', async () => {
    const browser = await join(api, 'passkeys@example.org');
    const lax = await addPasskey(browser, new Authenticator({ verifiesUser: false }));
    expect(lax).toMatchObject({ status: 400, body: { code: 'auth-refused' } });
    const authenticator = new Authenticator();
    expect((await addPasskey(browser, authenticator)).status).toBe(201);
    const other = api.browser();
    expect((await signInWithPasskey(other, authenticator, 'https://evil.example')).status).toBe(400);
    const options = await expectStatus(other.post('/v1/auth/passkeys/sign-in-options'), 200);
    const response = authenticator.get(options.body, other.url);
    await expectStatus(other.post('/v1/auth/passkeys/sign-in', { response }), 204);
    await expectStatus(other.post('/v1/auth/passkeys/sign-in', { response }), 400);
  });

  test('who knows only the password of staff cannot add a factor beside the one they have', async () => {
    const email = 'guarded-admin@example.org';
    const owner = await newStaff(email, 'admin');
    const authenticator = new Authenticator();
    await addPasskey(owner, authenticator);
    const thief = api.browser();
    await expectStatus(thief.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    for (const refused of [
      await thief.post('/v1/auth/two-factor', { password: PASSWORD }),
      await thief.post('/v1/auth/passkeys/registration-options'),
      await thief.post('/v1/auth/passkeys', { response: {}, name: 'thief' }),
      await thief.post('/v1/auth/change-password', {
        currentPassword: PASSWORD,
        newPassword: 'of the thief now',
      }),
      await thief.post('/v1/auth/two-factor/disable', { password: PASSWORD }),
      await thief.get('/v1/auth/passkeys'),
    ]) {
      expect(refused).toMatchObject({ status: 403, body: { code: 'second-factor-required' } });
    }
    // With the factor they have, the owner adds another.
    const browser = api.browser();
    await signInWithPasskey(browser, authenticator);
    expect((await addPasskey(browser, new Authenticator())).status).toBe(201);
  });

  test('a role that is taken or an account that is disabled ends its sessions at once', async () => {
    const admin = await joinStaff(api, 'root@example.org', 'admin');
    const ops = await joinStaff(api, 'leaver@example.org', 'ops');
    const { body: me } = await ops.get('/v1/me');
    await expectStatus(admin.send('PATCH', `/v1/users/${me.id}`, { disabled: true }), 200);
    await expectStatus(ops.get('/v1/me'), 401);
    const signIn = await api.browser().post('/v1/auth/sign-in', { email: me.email, password: PASSWORD });
    expect(signIn.body).not.toEqual({ secondFactorRequired: false });
    const code = { code: totp(ops.totpSecret, 1) };
    const browser = api.browser();
    await browser.post('/v1/auth/sign-in', { email: me.email, password: PASSWORD });
    expect((await browser.post('/v1/auth/two-factor/verify', code)).status).not.toBe(204);
    await expectStatus(browser.get('/v1/me'), 401);
    await expectStatus(admin.send('PATCH', `/v1/users/${me.id}`, { role: 'customer', disabled: false }), 200);
    await expectStatus(browser.post('/v1/auth/sign-in', { email: me.email, password: PASSWORD }), 200);
    await expectStatus(browser.post('/v1/auth/two-factor/verify', { code: totp(ops.totpSecret, 1) }), 204);
    expect((await browser.get('/v1/stats')).body.code).toBe('forbidden');
  });

  test('the last admin cannot go', async () => {
    await using other = await serveApi();
    const admin = await joinStaff(other, 'only@example.org', 'admin');
    const { body: me } = await admin.get('/v1/me');
    for (const change of [{ role: 'ops' }, { disabled: true }]) {
      const refused = await admin.send('PATCH', `/v1/users/${me.id}`, change);
      expect(refused).toMatchObject({ status: 409, body: { code: 'last-of-its-kind' } });
    }
    await expectStatus(admin.get('/v1/users'), 200);
    await other.machine.post('/v1/users', { email: 'second@example.org', name: 'S', role: 'admin' });
    await expectStatus(admin.send('PATCH', `/v1/users/${me.id}`, { role: 'ops' }), 200);
  });
});
