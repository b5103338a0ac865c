import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStatus, join, ownCustomer } from './support/people.ts';
import { type ServedApi, serveApi } from './support/served-api.ts';

describe('people who have their customer erased', () => {
  let api: ServedApi;
  beforeAll(async () => {
    api = await serveApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('must have signed in just now', async () => {
    const browser = await join(api, 'late@example.org');
    const customerId = await ownCustomer(browser, 'Late');
    const erase = () => browser.post(`/v1/customers/${customerId}/erasure`, { confirm: 'Late' });
    await api.database.pool.query(`UPDATE auth_session SET created_at = created_at - interval '16 minutes'`);
    expect(await erase()).toMatchObject({ status: 403, body: { code: 'sign-in-again' } });
    expect((await browser.get(`/v1/customers/${customerId}`)).body.name).toBe('Late');
    await expectStatus(
      browser.post('/v1/auth/sign-in', { email: 'late@example.org', password: 'correct horse battery' }),
      200,
    );
    expect((await erase()).status).toBe(202);
  });

  test('lose their accounts, but for those who act for others too', async () => {
    const owner = await join(api, 'owner@example.org');
    const customerId = await ownCustomer(owner, 'Household');
    const both = await join(api, 'both@example.org');
    const firmId = await ownCustomer(both, 'Firm');
    await api.database.pool.query(
      `INSERT INTO member (customer_id, user_id, role, created_at)
       SELECT $1, id, 'member', now() FROM auth_user WHERE email = 'both@example.org'`,
      [customerId],
    );
    const preview = await expectStatus(owner.get(`/v1/customers/${customerId}/erasure-preview`), 200);
    expect(preview.body.accounts).toBe(1);
    const refused = await both.post(`/v1/customers/${customerId}/erasure`, { confirm: 'Household' });
    expect(refused.body.code).toBe('forbidden');
    const erased = await expectStatus(
      owner.post(`/v1/customers/${customerId}/erasure`, { confirm: 'Household' }),
      202,
    );
    api.secrets.add(erased.body.receiptToken);
    expect((await owner.get('/v1/me')).status).toBe(401);
    expect((await both.get(`/v1/customers/${firmId}`)).status).toBe(200);
    expect((await both.get(`/v1/customers/${customerId}`)).status).toBe(404);
    const again = await owner.post('/v1/auth/sign-in', {
      email: 'owner@example.org',
      password: 'correct horse battery',
    });
    expect(again.status).toBe(401);
    const receipt = await api
      .browser()
      .get(`/v1/erasures/${erased.body.erasureId}?token=${erased.body.receiptToken}`);
    expect(receipt.body).toMatchObject({ requestedBy: 'customer', finishedAt: null });
  });
});
