import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStatus, join, ownCustomer } from './support/people.ts';
import { type ServedApi, serveApi, tokenIn } from './support/served-api.ts';

const DAY_MS = 86_400_000;

describe('members of a customer', () => {
  let api: ServedApi;
  beforeAll(async () => {
    api = await serveApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('who makes a customer owns it, and sees only it', async () => {
    const ada = await join(api, 'ada@example.org');
    const customerId = await ownCustomer(ada, 'Household of Ada');
    const me = await ada.get('/v1/me');
    expect(me.body.customers).toEqual([{ id: customerId, name: 'Household of Ada', role: 'owner' }]);
    await expectStatus(ada.get(`/v1/customers/${customerId}`), 200);
    const bob = await join(api, 'bob@example.org');
    await expectStatus(bob.get(`/v1/customers/${customerId}`), 404);
    await expectStatus(ada.get('/v1/customers'), 403);
    // Of several, lists want to know which.
    const second = await ownCustomer(ada, 'Firm of Ada');
    expect((await ada.get('/v1/devices')).body.code).toBe('customer-required');
    await expectStatus(ada.get(`/v1/devices?customerId=${second}`), 200);
  });

  test('join by an invitation that works once, for the invited address, until it expires', async () => {
    const owner = await join(api, 'owner@example.org');
    const customerId = await ownCustomer(owner);
    const invite = async (email: string, role: string, n = 1) => {
      await expectStatus(
        owner.post(`/v1/customers/${customerId}/invitations`, { email, role, language: 'de' }),
        201,
      );
      const mail = await api.mailTo(email, n);
      expect(mail).toContain('Household');
      return tokenIn(mail, 'invitation');
    };
    const token = await invite('Guest@Example.org'.toLowerCase(), 'viewer');
    const thief = await join(api, 'thief@example.org');
    const guest = await join2(api, 'guest@example.org', 2);
    expect(await thief.post('/v1/invitations/accept', { token })).toMatchObject({
      status: 422,
      body: { code: 'invalid-invitation' },
    });
    await expectStatus(guest.get(`/v1/customers/${customerId}`), 404);
    const joined = await expectStatus(guest.post('/v1/invitations/accept', { token }), 200);
    expect(joined.body).toMatchObject({ customerId, role: 'viewer', email: 'guest@example.org' });
    await expectStatus(guest.get(`/v1/customers/${customerId}`), 200);
    await expectStatus(guest.post('/v1/holds', { customerId, startsOn: '2026-12-24' }), 403);
    await expectStatus(
      guest.post(`/v1/customers/${customerId}/invitations`, { email: 'x@example.org', role: 'owner' }),
      403,
    );
    await expectStatus(guest.post('/v1/invitations/accept', { token }), 422);

    const late = await invite('guest@example.org', 'member', 3);
    api.clock.advanceTo(api.clock.now() + 7 * DAY_MS);
    await expectStatus(guest.post('/v1/invitations/accept', { token: late }), 422);
    const revoked = await invite('guest@example.org', 'member', 4);
    const list = await owner.get(`/v1/customers/${customerId}/invitations`);
    expect(list.body.items).toHaveLength(3);
    expect(JSON.stringify(list.body)).not.toContain(revoked);
    await expectStatus(
      owner.post(`/v1/customers/${customerId}/invitations/${list.body.items[0].id}/revoke`),
      200,
    );
    await expectStatus(guest.post('/v1/invitations/accept', { token: revoked }), 422);
    const promoted = await invite('guest@example.org', 'member', 5);
    const both = await Promise.all(
      [1, 2].map(() => guest.post('/v1/invitations/accept', { token: promoted })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 422]);
    await expectStatus(guest.post('/v1/holds', { customerId, startsOn: '2026-12-24' }), 201);
    const { rows } = await api.database.pool.query(
      "SELECT encode(token_hash, 'base64') AS hash FROM invitation",
    );
    expect(JSON.stringify(rows)).not.toContain(promoted);
  });

  test('change and leave, but an owner always stays', async () => {
    const owner = await join(api, 'head@example.org');
    const customerId = await ownCustomer(owner);
    const child = await join(api, 'child@example.org');
    await expectStatus(
      owner.post(`/v1/customers/${customerId}/invitations`, { email: 'child@example.org', role: 'member' }),
      201,
    );
    const token = tokenIn(await api.mailTo('child@example.org', 2), 'invitation');
    await expectStatus(child.post('/v1/invitations/accept', { token }), 200);
    const { body } = await expectStatus(child.get(`/v1/customers/${customerId}/members`), 200);
    const [head, kid] = body.items;
    const member = (userId: string) => `/v1/customers/${customerId}/members/${userId}`;
    for (const refused of [
      await owner.send('PATCH', member(head.userId), { role: 'viewer' }),
      await owner.send('DELETE', member(head.userId)),
    ]) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'last-of-its-kind' } });
    }
    await expectStatus(child.send('PATCH', member(kid.userId), { role: 'owner' }), 403);
    await expectStatus(owner.send('PATCH', member(kid.userId), { role: 'owner' }), 200);
    // Two owners who remove each other at once: one stays.
    const both = await Promise.all([
      owner.send('DELETE', member(kid.userId)),
      child.send('DELETE', member(head.userId)),
    ]);
    expect(both.filter(({ status }) => status === 204)).toHaveLength(1);
    const { rows } = await api.database.pool.query('SELECT role FROM member WHERE customer_id = $1', [
      customerId,
    ]);
    expect(rows).toEqual([{ role: 'owner' }]);
  });

  test('invitations cannot fill mailboxes', async () => {
    const owner = await join(api, 'spammer@example.org');
    const customerId = await ownCustomer(owner);
    const statuses: number[] = [];
    for (let i = 0; i < 21; i += 1) {
      const invitation = { email: `victim${i}@example.org`, role: 'viewer' };
      statuses.push((await owner.post(`/v1/customers/${customerId}/invitations`, invitation)).status);
    }
    expect(statuses.slice(0, 20).every((status) => status === 201)).toBe(true);
    expect(statuses[20]).toBe(429);
  });
});

/** Joins with an address that has had mails before. */
async function join2(api: ServedApi, email: string, n: number) {
  const browser = api.browser();
  const password = 'correct horse battery';
  await expectStatus(browser.post('/v1/auth/sign-up', { email, password, name: 'Guest' }), 204);
  await expectStatus(
    browser.post('/v1/auth/verify-email', { token: tokenIn(await api.mailTo(email, n), 'verify-email') }),
    204,
  );
  await expectStatus(browser.post('/v1/auth/sign-in', { email, password }), 200);
  return browser;
}
