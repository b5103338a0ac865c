import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, launchBrowser, PHONE, visit } from './support/browser.ts';
import { type ServedPlatform, servePlatform } from './support/platform.ts';

let served: ServedPlatform;
let browser: Browser;
beforeAll(async () => {
  [served, browser] = await Promise.all([servePlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await served[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${served.url}${path}`, { headers, redirect: 'manual' });

test('portal addresses answer the app with a policy and a nonce of their own, the API keeps its own', async () => {
  const [first, second] = await Promise.all([get('/'), get('/orders/some-id')]);
  const policyOf = (response: Response) => response.headers.get('content-security-policy') ?? '';
  const nonceOf = (response: Response) => /'nonce-([^']+)'/.exec(policyOf(response))?.[1] ?? '';
  expect(first.headers.get('content-type')).toContain('text/html');
  expect(nonceOf(first).length).toBeGreaterThan(16);
  expect(nonceOf(second)).not.toBe(nonceOf(first));
  expect(await first.text()).toContain(`nonce="${nonceOf(first)}"`);
  expect(policyOf(first)).not.toContain('unsafe');
  expect(first.headers.get('cache-control')).toBe('no-store');
  for (const path of ['/v1/nothing', '/nothing', '/assets/nothing.js']) {
    const answer = await get(path);
    expect(answer.status, path).toBe(404);
    expect(answer.headers.get('content-type'), path).toContain('application/problem+json');
  }
  expect((await get('/docs')).status).toBeLessThan(400);
  expect((await get('/openapi.json')).status).toBe(200);
});

test('hashed files are kept for ever and come compressed', async () => {
  const page = await (await get('/')).text();
  const [, script = ''] = /src="(\/assets\/main-[^"]+\.js)"/.exec(page) ?? [];
  const plain = await get(script, { 'accept-encoding': 'identity' });
  const packed = await get(script, { 'accept-encoding': 'br' });
  expect(packed.headers.get('content-encoding')).toBe('br');
  expect(plain.headers.get('content-encoding')).toBeNull();
  for (const { headers } of [plain, packed]) {
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  }
  expect((await get('/sw.js')).headers.get('cache-control')).toContain('max-age=0');
});

test('an inline script does not run: the policy is in force in the browser that tests everything else', async () => {
  await using visitor = await visit(browser, served.url);
  const { page } = visitor;
  await page.goto('/sign-in');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  visitor.expectQuiet();
  const refused = page.waitForEvent('console', (message) =>
    message.text().includes('Content Security Policy'),
  );
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.ran = true' }))`,
  );
  await refused;
  expect(await page.evaluate('globalThis.ran')).toBeUndefined();
  expect(visitor.expectQuiet).toThrow();
});

test('who is not signed in is asked to, in the language and the light they prefer', async () => {
  for (const [locale, colorScheme, heading] of [
    ['en-GB', 'light', 'Sign in'],
    ['de-DE', 'dark', 'Anmelden'],
  ] as const) {
    await using visitor = await visit(browser, served.url, { locale, colorScheme, viewport: PHONE });
    await visitor.page.goto('/orders');
    await visitor.page.getByRole('heading', { name: heading }).waitFor();
    expect(new URL(visitor.page.url()).search).toBe('?next=%2Forders');
    expect(await visitor.page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme);
    await expectAccessible(visitor.page);
    visitor.expectQuiet();
  }
});
