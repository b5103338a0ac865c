import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createTestApi, createWorld, newConsent, type TestApi, TOKEN, type World } from './support.ts';

describe('the API on a real port', () => {
  let api: TestApi;
  let world: World;
  let base: string;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('answers with security headers, and to the token alone', async () => {
    const response = await fetch(`${base}/v1/devices`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(response.headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    expect(response.headers.get('strict-transport-security')).toBeNull();
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect((await fetch(`${base}/v1/devices`)).status).toBe(401);
  });

  test('serves a reference page from its own files, allowed by its own policy', async () => {
    const page = await fetch(`${base}/docs/`);
    expect(page.status).toBe(200);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toMatch(/upgrade-insecure-requests|https:|swagger\.io/);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      const url = new URL(link, `${base}/docs/`);
      expect(url.origin).toBe(base);
      expect((await fetch(url)).status, link).toBe(200);
    }
    // Nothing inline that the policy would have to allow.
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    const initializer = await (await fetch(`${base}/docs/static/swagger-initializer.js`)).text();
    expect(initializer).toContain("url: resolveUrl('./json')");
    expect(initializer).toContain('"validatorUrl":null');
    expect((await fetch(`${base}/docs/json`)).status).toBe(200);
    expect(await (await fetch(base)).text()).toContain('<div id="root">');
  });

  test('writes no secret into its log, whatever its level', async () => {
    const wrongToken = 'a-token-that-is-wrong-but-secret';
    await fetch(`${base}/v1/devices?secret=in-the-query`, {
      headers: { authorization: `Bearer ${wrongToken}` },
    });
    const consent = await api.call('POST', '/v1/consents', newConsent(world));
    const rotated = await api.call('POST', `/v1/devices/${world.deviceId}/secret`);
    const merchant = await api.call('POST', `/v1/merchants/${world.merchantId}/webhook-secret`);
    // An error that is logged with its cause.
    await api.database.pool.query('ALTER TABLE merchant RENAME COLUMN api_key TO gone');
    const failed = await fetch(`${base}/v1/merchants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'X',
        baseUrl: 'http://x.example',
        apiKey: 'very-secret-key',
        leadTimePmf: [1],
      }),
    });
    expect(failed.status).toBe(500);
    const log = api.lines.join('');
    expect(log).toContain('"msg":"a request failed"');
    expect(log).toContain('"route":"/v1/consents"');
    const secrets = {
      token: TOKEN,
      wrongToken,
      query: 'in-the-query',
      device: world.secret,
      rotated: rotated.body.secret,
      webhook: world.webhookSecret,
      rotatedWebhook: merchant.body.webhookSecret,
      merchantKey: 'key-of-the-merchant',
      failedKey: 'very-secret-key',
      payment: 'token-of-the-payment-service',
      address: 'Hauptstraße',
    };
    expect(consent.status).toBe(201);
    for (const [name, secret] of Object.entries(secrets)) expect(log.includes(secret), name).toBe(false);
  });

  // The last: nothing is served after it.
  test('closes when the last answer has gone out, although its connection could carry more', async () => {
    const locking = await api.database.pool.connect();
    await locking.query('BEGIN; LOCK TABLE product IN ACCESS EXCLUSIVE MODE');
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    socket.write(`GET /v1/products HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    await eventually(async () => {
      const { rowCount } = await locking.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'product'::regclass`,
      );
      expect(rowCount).toBe(1);
    });
    const closed = api.app.close();
    await locking.query('COMMIT');
    locking.release();
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('HTTP/1.1 200 OK');
    await closed;
    await once(socket, 'close');
  });
});
