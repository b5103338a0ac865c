import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser as Program } from '../api-auth/support/browser.ts';
import { expectStatus, join, ownCustomer } from '../api-auth/support/people.ts';
import {
  DESKTOP,
  expectAccessibleInBoth,
  launchBrowser,
  PHONE,
  settled,
  type Visitor,
  visit,
} from './support/browser.ts';
import { type Catalogue, makeCatalogue, makePrinter, type Printer, useUp } from './support/household.ts';
import { type ServedPlatform, servePlatform } from './support/platform.ts';

let served: ServedPlatform;
let browser: Browser;
let catalogue: Catalogue;
let printer: Printer;
let ada: Program;
let consumableId: string;
beforeAll(async () => {
  [served, browser] = await Promise.all([servePlatform(), launchBrowser()]);
  catalogue = await makeCatalogue(served);
  printer = await makePrinter(served, catalogue.modelId, 'Printer in the study');
  ada = await join(served, 'ada@example.org');
  const customerId = await ownCustomer(ada, 'Familie Weber');
  const { body } = await expectStatus(ada.post('/v1/claims', { code: printer.claimCode, customerId }), 201);
  consumableId = body.consumables.find(({ key }: { key: string }) => key === 'black').id;
  const consent = {
    customerId,
    deviceId: printer.id,
    purpose: 'telemetry',
    version: '1',
    text: 'Use the readings.',
    language: 'en',
    method: 'test',
  };
  await expectStatus(ada.post('/v1/consents', consent), 201);
  await expectStatus(
    ada.post('/v1/holds', { customerId, startsOn: '2026-12-24', endsOn: '2027-01-02', reason: 'Skiing' }),
    201,
  );
  await useUp(served, printer, 12, 0.9, 0.3);
});
afterAll(async () => {
  await printer[Symbol.asyncDispose]();
  await catalogue[Symbol.asyncDispose]();
  await browser.close();
  await served[Symbol.asyncDispose]();
});

/** In a browser that has Ada's session already. */
async function visitAsAda(options: Parameters<typeof visit>[2]): Promise<Visitor> {
  const visitor = await visit(browser, served.url, options);
  const cookies = [...ada.cookies].map(([name, value]) => ({ name, value, url: served.url }));
  await visitor.context.addCookies(cookies);
  await visitor.context.addInitScript("localStorage.setItem('neverout.signed-in', 'yes')");
  return visitor;
}

const pages = () => [
  '/',
  `/consumables/${consumableId}`,
  '/connect',
  `/connect/${printer.id}/consent`,
  '/orders',
  '/away',
  '/privacy',
  '/messages',
  '/messages/preferences',
  `/devices/${printer.id}`,
  '/settings',
];

const LANGUAGES = [
  ['in English', 'en-GB', 0],
  ['in German', 'de-DE', 1],
] as const;
/** A sweep of many pages on a busy machine. */
const SWEEP_MS = 90_000;

test.each(LANGUAGES)(
  'every other page %s, on phone and desktop, light and dark: WCAG 2.2 AA, no console error, no third party',
  async (_name, locale, nth) => {
    await using visitor = await visitAsAda({ viewport: PHONE, locale });
    const { page } = visitor;
    // What somebody chose in this browser goes before what their account says.
    await page.addInitScript(`localStorage.setItem('neverout.language', '${locale.slice(0, 2)}')`);
    for (const path of pages().filter((_path, index) => index % 2 === nth)) {
      await page.goto(path);
      await page.locator('main h1, main h2').first().waitFor();
      await settled(page);
      for (const viewport of [PHONE, DESKTOP]) {
        await page.setViewportSize(viewport);
        await expectAccessibleInBoth(page);
        // Nothing is wider than the screen.
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow, path).toBeLessThanOrEqual(0);
      }
    }
    // What the trade calls "Black toner" has a German name.
    await page.goto(`/consumables/${consumableId}`);
    await page
      .getByRole('heading', { level: 1, name: ['Black toner', 'Toner Schwarz'][nth] ?? '' })
      .waitFor();
    visitor.expectQuiet();
  },
  SWEEP_MS,
);

/** What opens over a page: where, by which button in English and in German. */
const dialogs = () =>
  [
    [`/consumables/${consumableId}`, 'Why?', 'Warum?'],
    [`/devices/${printer.id}`, /^Give away/, /^Weggeben/],
    ['/settings', 'Add an address', 'Adresse hinzufügen'],
    ['/privacy', 'Withdraw', 'Widerrufen'],
    ['/privacy', 'Set it up', 'Einrichten'],
  ] as const;

test(
  'every dialog, light and dark, in German on a phone and in English on a desktop by turns',
  async () => {
    await using phone = await visitAsAda({ viewport: PHONE, locale: 'de-DE' });
    await phone.page.addInitScript("localStorage.setItem('neverout.language', 'de')");
    await using desktop = await visitAsAda({ viewport: DESKTOP });
    for (const [index, [path, english, german]] of dialogs().entries()) {
      const [{ page }, name] = index % 2 === 0 ? [phone, german] : [desktop, english];
      await page.goto(path);
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await settled(page);
      await expectAccessibleInBoth(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    phone.expectQuiet();
    desktop.expectQuiet();
  },
  SWEEP_MS,
);

test('an unknown level looks unknown and an old one old, never like 0 or 100', async () => {
  await using visitor = await visitAsAda({ viewport: PHONE });
  const { page } = visitor;
  await page.goto('/');
  await page.getByRole('img', { name: 'Cyan toner: Level unknown' }).waitFor();
  const meter = page.getByRole('meter', { name: 'Black toner: 30% left' });
  expect(await meter.getAttribute('aria-valuenow')).toBe('30');
  served.clock.advanceTo(served.clock.now() + 20 * 86_400_000);
  await page.reload();
  await page.getByText(/Last heard \d+ days ago/).waitFor();
  await page.getByText('Printer in the study has not been heard since').waitFor();
});

test('a page and its words are there before the first question is asked: nothing is fetched after the other', async () => {
  await using visitor = await visitAsAda({ viewport: PHONE });
  const { page } = visitor;
  const asked: string[] = [];
  visitor.context.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/orders');
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  await settled(page);
  const questions = asked.findIndex((path) => path.startsWith('/v1/'));
  expect(questions).toBeGreaterThan(0);
  expect(asked.slice(questions).filter((path) => path.endsWith('.js'))).toEqual([]);
});

/** Every element that can be reached, and those that Tab does reach, as short descriptions. */
const FOCUSABLE = `[...document.querySelectorAll('a[href], button:not([disabled]), input:not([disabled])')]
  .filter((e) => e.checkVisibility() && e.tabIndex >= 0 && e.type !== 'radio').length`;
const FOCUSED = `(() => { const e = document.activeElement; return e === document.body ? '' : e.tagName + (e.href ?? e.id ?? '') + e.textContent })()`;

test('Tab alone reaches everything, and the first stop skips to the content', async () => {
  await using visitor = await visitAsAda({ viewport: DESKTOP });
  const { page } = visitor;
  await page.goto('/');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await settled(page);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(FOCUSED)).toContain('Skip to content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate("document.querySelector('main').contains(document.activeElement)")).toBe(true);
  const expected = Number(await page.evaluate(FOCUSABLE));
  await page.reload();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await settled(page);
  const reached = new Set<string>();
  for (let presses = 0; presses < expected + 3; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = String(await page.evaluate(FOCUSED));
    if (focused !== '') reached.add(focused);
  }
  expect(reached.size).toBeGreaterThanOrEqual(expected);
  // Enter on a focused link opens it.
  await page.getByRole('link', { name: /Black toner/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Level and forecast' }).waitFor();
});
