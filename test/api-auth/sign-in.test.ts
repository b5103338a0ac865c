import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStatus, join, PASSWORD } from './support/people.ts';
import { type ServedApi, serveApi, tokenIn } from './support/served-api.ts';

describe('signing in', () => {
  let api: ServedApi;
  beforeAll(async () => {
    api = await serveApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('begins with an address that only the link in the mail confirms, at the press of a button', async () => {
    const email = 'ada@example.org';
    const ada = api.browser();
    await expectStatus(
      ada.post('/v1/auth/sign-up', { email: 'Ada@Example.org', password: PASSWORD, name: 'Ada' }),
      204,
    );
    expect(ada.cookies.size).toBe(0);
    const early = await ada.post('/v1/auth/sign-in', { email, password: PASSWORD });
    expect(early).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
    const mail = await api.mailTo(email);
    expect(mail).toContain('Confirm your e-mail address');
    const [link = ''] = /http:\S+/.exec(mail) ?? [];
    const path = new URL(link).pathname + new URL(link).search;
    // A mail scanner follows the link; nothing happens.
    const page = await api.browser().get(path);
    expect(page.status).toBe(200);
    expect(page.body).toContain('<button>Confirm</button>');
    await expectStatus(ada.post('/v1/auth/sign-in', { email, password: PASSWORD }), 401);
    const form = new URLSearchParams({ token: tokenIn(mail, 'verify-email') });
    const done = await api.browser().post('/account/verify-email', form);
    expect(done.body).toContain('Your address is confirmed');
    await expectStatus(ada.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    const me = await expectStatus(ada.get('/v1/me'), 200);
    expect(me.body).toMatchObject({
      email,
      name: 'Ada',
      role: 'customer',
      customers: [],
      secondFactorMissing: false,
    });
  });

  test('sets cookies that scripts and foreign pages cannot use, and no answer holds the session', async () => {
    const browser = await join(api, 'cookies@example.org');
    const [line = ''] = browser.setCookies;
    expect(line).toMatch(/^neverout\.session_token=/);
    expect(line).toMatch(/HttpOnly/i);
    expect(line).toMatch(/SameSite=Lax/i);
    expect(line).toMatch(/Path=\//i);
    expect(line).not.toMatch(/Secure/i);
    const me = await browser.get('/v1/me');
    expect(me.headers.get('access-control-allow-origin')).toBeNull();
    expect(me.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(me.headers.get('x-content-type-options')).toBe('nosniff');
    const sessions = await browser.get('/v1/me/sessions');
    const token = decodeURIComponent([...browser.cookies.values()][0] ?? '').split('.')[0] ?? '';
    expect(token.length).toBeGreaterThan(20);
    expect(JSON.stringify([me.body, sessions.body])).not.toContain(token);
    // What is forged or changed opens nothing.
    browser.cookies.set('neverout.session_token', `${token}.forged`);
    await expectStatus(browser.get('/v1/me'), 401);
    browser.cookies.set('neverout.session_token', token);
    await expectStatus(browser.get('/v1/me'), 401);
  });

  test('cookies are Secure where the installation is reached by https', async () => {
    await using https = await serveApi({ PUBLIC_URL: 'https://neverout.example/' });
    const browser = https.browser();
    browser.origin = 'https://neverout.example';
    const email = 'secure@example.org';
    await expectStatus(browser.post('/v1/auth/sign-up', { email, password: PASSWORD, name: 'S' }), 204);
    const mail = await https.mailTo(email);
    expect(mail).toContain('https://neverout.example/account/verify-email');
    await expectStatus(browser.post('/v1/auth/verify-email', { token: tokenIn(mail, 'verify-email') }), 204);
    await expectStatus(browser.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    expect(browser.setCookies[0]).toMatch(/^__Secure-neverout\.session_token=.*;.*Secure/i);
    const me = await expectStatus(browser.get('/v1/me'), 200);
    expect(me.headers.get('strict-transport-security')).toContain('max-age');
    // Its own address by http is a foreign page there.
    browser.origin = https.url;
    expect((await browser.post('/v1/auth/sign-out')).body.code).toBe('foreign-page');
  });

  test('a page of somebody else changes nothing, whatever cookies the browser sends with it', async () => {
    const browser = await join(api, 'csrf@example.org');
    const customer = { name: 'X', timeZone: 'UTC', currency: 'EUR' };
    for (const origin of ['https://evil.example', 'null', `${api.url}.evil.example`, null]) {
      browser.origin = origin;
      const refused = await browser.post('/v1/customers', customer);
      expect(refused, String(origin)).toMatchObject({ status: 403, body: { code: 'foreign-page' } });
      expect((await browser.post('/v1/auth/sign-out')).status).toBe(403);
    }
    browser.origin = 'https://evil.example';
    const signIn = await api
      .browser()
      .post('/v1/auth/sign-in', { email: 'csrf@example.org', password: PASSWORD });
    expect(signIn.status).toBe(200);
    expect(
      (await browser.post('/v1/auth/sign-in', { email: 'csrf@example.org', password: PASSWORD })).status,
    ).toBe(403);
    browser.origin = api.url;
    await expectStatus(browser.post('/v1/customers', customer), 201);
  });

  test('does not tell who has an account', async () => {
    await join(api, 'known@example.org');
    const stranger = api.browser();
    const answers = await Promise.all(
      ['known@example.org', 'unknown@example.org'].map(async (email) => [
        (await stranger.post('/v1/auth/request-password-reset', { email })).status,
        (await stranger.post('/v1/auth/sign-up', { email, password: 'another password', name: 'N' })).status,
        await stranger
          .post('/v1/auth/sign-in', { email: `x${email}`, password: 'a wrong password' })
          .then(({ status, body }) => [status, body.detail]),
      ]),
    );
    expect(answers[0]).toEqual(answers[1]);
    // The password of the account that was there is still its own.
    await expectStatus(
      stranger.post('/v1/auth/sign-in', { email: 'known@example.org', password: PASSWORD }),
      200,
    );
  });

  test("an address that somebody else signed up with becomes its owner's", async () => {
    const email = 'squatted@example.org';
    const [squatter, owner] = [api.browser(), api.browser()];
    const signUp = { email, password: 'the password of a squatter', name: 'S' };
    await expectStatus(squatter.post('/v1/auth/sign-up', signUp), 204);
    await expectStatus(owner.post('/v1/auth/sign-up', { ...signUp, password: PASSWORD, name: 'O' }), 204);
    const mail = await api.mailTo(email, 2);
    expect(mail).toContain('has an account already');
    const token = tokenIn(mail, 'reset-password');
    await expectStatus(owner.post('/v1/auth/reset-password', { token, newPassword: PASSWORD }), 204);
    // The link came by mail, so the address is confirmed as well.
    await expectStatus(owner.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    await expectStatus(squatter.post('/v1/auth/sign-in', signUp), 401);
  });

  test('a forgotten password is replaced once by the link, and every session ends', async () => {
    const email = 'forgot@example.org';
    const before = await join(api, email);
    const stranger = api.browser();
    await expectStatus(stranger.post('/v1/auth/request-password-reset', { email }), 204);
    const token = tokenIn(await api.mailTo(email, 2), 'reset-password');
    expect((await stranger.get(`/account/reset-password?token=${token}"><script>`)).body).not.toContain(
      '<script>',
    );
    // In the language of whoever opens it, and without any script.
    stranger.headers.set('accept-language', 'de-AT,de;q=0.9');
    const german = await stranger.get(`/account/reset-password?token=${token}`);
    expect(german.body).toContain('<html lang="de">');
    expect(german.body).toContain('<h1>Wählen Sie ein Passwort</h1>');
    expect(german.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const wrong = new URLSearchParams({ token: 'no such token', newPassword: 'another long password' });
    const refused = await stranger.post('/account/reset-password', wrong);
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining('Das hat nicht geklappt') });
    stranger.headers.delete('accept-language');
    await expectStatus(stranger.post('/v1/auth/reset-password', { token, newPassword: 'short' }), 400);
    const form = new URLSearchParams({ token, newPassword: 'another long password' });
    expect((await stranger.post('/account/reset-password', form)).body).toContain('Your password is set');
    await expectStatus(before.get('/v1/me'), 401);
    const again = await stranger.post('/v1/auth/reset-password', { token, newPassword: 'a third password' });
    expect(again).toMatchObject({ status: 400, body: { code: 'auth-refused' } });
    await expectStatus(stranger.post('/v1/auth/sign-in', { email, password: PASSWORD }), 401);
    await expectStatus(stranger.post('/v1/auth/sign-in', { email, password: 'another long password' }), 200);
  });

  test('sessions are listed and end with the next request when revoked', async () => {
    const email = 'sessions@example.org';
    const phone = await join(api, email);
    const laptop = api.browser();
    laptop.headers.set('user-agent', 'a laptop');
    await expectStatus(laptop.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    const { body } = await expectStatus(phone.get('/v1/me/sessions'), 200);
    expect(body.items).toHaveLength(2);
    const other = body.items.find(({ current }: { current: boolean }) => !current);
    expect(other).toMatchObject({ userAgent: 'a laptop', address: '127.0.0.1', secondFactor: false });
    const stranger = await join(api, 'thief@example.org');
    await expectStatus(stranger.send('DELETE', `/v1/me/sessions/${other.id}`), 404);
    await expectStatus(laptop.get('/v1/me'), 200);
    await expectStatus(phone.send('DELETE', `/v1/me/sessions/${other.id}`), 204);
    await expectStatus(laptop.get('/v1/me'), 401);
    await expectStatus(laptop.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    await expectStatus(phone.post('/v1/me/sessions/end-others'), 204);
    await expectStatus(laptop.get('/v1/me'), 401);
    const change = { currentPassword: PASSWORD, newPassword: 'a changed password' };
    await expectStatus(laptop.post('/v1/auth/sign-in', { email, password: PASSWORD }), 200);
    await expectStatus(
      phone.post('/v1/auth/change-password', { ...change, currentPassword: 'a wrong password' }),
      400,
    );
    await expectStatus(phone.post('/v1/auth/change-password', change), 204);
    await expectStatus(laptop.get('/v1/me'), 401);
    await expectStatus(phone.get('/v1/me'), 200);
    await expectStatus(phone.post('/v1/auth/sign-out'), 204);
    await expectStatus(phone.get('/v1/me'), 401);
  });

  test('is limited by account across addresses, and opens again when the window is over', async () => {
    const email = 'guessed@example.org';
    await join(api, email);
    const attempt = async (password: string) =>
      await api.browser().post('/v1/auth/sign-in', { email, password });
    for (let i = 0; i < 10; i += 1) expect((await attempt('a wrong password')).status).toBe(401);
    const locked = await attempt(PASSWORD);
    expect(locked).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    api.clock.advanceTo(api.clock.now() + 15 * 60_000);
    expect((await attempt(PASSWORD)).status).toBe(200);
    const { rows } = await api.database.pool.query<{ key: string }>('SELECT key FROM attempt');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(/example|127\.0/);
  });

  test('who signed up cannot choose a role', async () => {
    const browser = api.browser();
    const email = 'ambitious@example.org';
    const wish = {
      email,
      password: PASSWORD,
      name: 'A',
      role: 'admin',
      emailVerified: true,
      secondFactor: true,
    };
    await expectStatus(browser.post('/v1/auth/sign-up', wish), 204);
    const { rows } = await api.database.pool.query(
      'SELECT role, email_verified FROM auth_user WHERE email = $1',
      [email],
    );
    expect(rows).toEqual([{ role: 'customer', email_verified: false }]);
  });
});
