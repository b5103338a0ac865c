import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { expectAccessible, launchBrowser, PHONE, type Visitor, visit } from './support/browser.ts';
import {
  type Catalogue,
  HOUR_MS,
  makeCatalogue,
  makePrinter,
  type Printer,
  useUp,
  useUpUntilAnnounced,
} from './support/household.ts';
import { type ServedPlatform, servePlatform } from './support/platform.ts';

/** One household on a phone, from the first page to the erased account: each test goes on where the last ended. */
const EMAIL = 'ada@example.org';
const PASSWORD = 'correct horse battery';

let served: ServedPlatform;
let browser: Browser;
let ada: Visitor;
let page: Page;
let catalogue: Catalogue;
let printer: Printer;
beforeAll(async () => {
  [served, browser] = await Promise.all([servePlatform(), launchBrowser()]);
  catalogue = await makeCatalogue(served);
  printer = await makePrinter(served, catalogue.modelId, 'Printer in the study');
  ada = await visit(browser, served.url, { viewport: PHONE });
  ({ page } = ada);
});
afterAll(async () => {
  ada.expectQuiet();
  await printer[Symbol.asyncDispose]();
  await catalogue[Symbol.asyncDispose]();
  await browser.close();
  await served[Symbol.asyncDispose]();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const heading = (name: string | RegExp) => page.getByRole('heading', { name }).first();

test('signs up, confirms the address, signs in', async () => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Create one' }).click();
  await page.getByLabel('Your name').fill('Ada Weber');
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByRole('textbox', { name: 'Password' }).fill('short');
  await button('Create account').click();
  await page.getByText('At least 12 characters.').first().waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await expectAccessible(page);
  await button('Create account').click();
  await heading('Look into your mail').waitFor();
  const [link = ''] = /http:\S+verify-email\S+/.exec(await served.mailTo(EMAIL)) ?? [];
  await page.goto(link);
  await page.getByRole('button').click();
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await button('Sign in').click();
  await heading('Set up your household').waitFor();
});

test('sets the household up', async () => {
  await page.getByLabel('What should we call it?').fill('Familie Weber');
  await expectAccessible(page);
  await button('Continue').click();
  await heading('Connect your first device').waitFor();
  await expectAccessible(page);
});

test('connects a device, and sees its first reading arrive', async () => {
  await page.getByRole('link', { name: 'Connect a device' }).click();
  ada.expectRefusals(422);
  await page.getByLabel('Code on the label').fill('AAAA-AAAA-AAAA');
  await button('Connect').click();
  await page.getByText('This code is mistyped').waitFor();
  await page.getByLabel('Code on the label').fill(printer.claimCode);
  await expectAccessible(page);
  await button('Connect').click();
  await page.getByText('Waiting for its first reading').waitFor();
  await expectAccessible(page);
  await printer.report(0.9);
  await page.getByText('It speaks').waitFor();
  await page.getByRole('link', { name: 'Go on' }).click();
});

test('agrees to what it wants, to the words it sees, and keeps a receipt', async () => {
  await heading('What may Neverout do?').waitFor();
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
  await page.getByLabel('At most for one piece').fill('100');
  await page.getByLabel('Pieces an order, at most').fill('1');
  await page.getByLabel('At most in a month').fill('150');
  await page.getByLabel('Name', { exact: true }).fill('Ada Weber');
  await page.getByLabel('Street and number').fill('Hauptstraße 1');
  await page.getByLabel('Postcode').fill('10115');
  await page.getByLabel('Town').fill('Berlin');
  await page.getByText('At most €100.00 a piece, 1 piece an order and €150.00 a month').waitFor();
  await page.getByLabel('I allow the use of the readings').check();
  await page.getByLabel('I authorise automatic orders within these limits').check();
  await expectAccessible(page);
  const shown = await page.getByText(/^I authorise Neverout to order for/).textContent();
  await button('Save my decision').click();
  await heading('Done').waitFor();
  const [receipt] = await Promise.all([
    page.waitForEvent('download'),
    button('Receipt: Automatic orders').click(),
  ]);
  expect(await readFile(await receipt.path(), 'utf8')).toMatch(/"eyJ|eyJ/);
  const customers = await served.call('GET', '/v1/customers');
  const { items } = await served.call('GET', `/v1/consents?customerId=${customers.items[0].id}`);
  const order = items.find(({ purpose }: { purpose: string }) => purpose === 'automatic-order');
  expect(order.text).toBe(shown);
  expect(order.mandate).toMatchObject({
    maxUnitPriceMinor: 10_000,
    maxQuantity: 1,
    maxSpendPerMonthMinor: 15_000,
  });
});

test('sees what is left, chooses automatic, and why it is as it is', async () => {
  await page.getByRole('link', { name: 'To the start page' }).click();
  await useUp(served, printer, 15, 0.9, 0.6);
  await page.getByText('60% left').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: /Black toner/ }).click();
  await heading('Level and forecast').waitFor();
  await page.getByRole('img', { name: /Level since/ }).waitFor();
  await page.getByRole('radio', { name: 'Orders by itself' }).click();
  await eventually(async () => {
    const { items } = await served.call('GET', '/v1/consumables');
    expect(items.some(({ strategy }: { strategy: string }) => strategy === 'automatic')).toBe(true);
  });
  await served.platform.drain();
  await button('Why?').click();
  await heading('How this was decided').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await button('One more').click();
  await button('Save').click();
  await page.getByText('Noted: 1 on the shelf.').waitFor();
  // A later word is believed over an earlier one.
  served.clock.advanceTo(served.clock.now() + HOUR_MS);
  await served.platform.drain();
  await button('One fewer').click();
  await button('Save').click();
  await page.getByText('Noted: 0 on the shelf.').waitFor();
  await served.platform.drain();
  await expectAccessible(page);
});

test('is told of an order, cancels it, thinks better of it, and cancels it for good', async () => {
  await useUpUntilAnnounced(served, printer, 0.6);
  await page.getByRole('link', { name: 'Orders', exact: true }).click();
  await page.getByText('You can cancel for another').waitFor();
  await expectAccessible(page);
  await button('Cancel the order').click();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  await button('Undo').click();
  await button('Cancel the order').waitFor();
  expect((await served.call('GET', '/v1/orders')).items[0].status).toBe('announced');
  await button('Cancel the order').dblclick();
  await eventually(async () => {
    expect((await served.call('GET', '/v1/orders')).items[0].status).toBe('cancelled');
  });
  await page.getByRole('link', { name: 'Acme black toner' }).first().click();
  await heading('Timeline').waitFor();
  await expectAccessible(page);
});

test('holds days, and sees at once what they move', async () => {
  await page.getByRole('link', { name: 'Away', exact: true }).click();
  await button('Next month').click();
  await page.locator('table button:visible').nth(9).click();
  await page.locator('table button:visible').nth(19).click();
  await page.getByText(/deliver(y|ies) move|No delivery is affected/).waitFor();
  await expectAccessible(page);
  await button('Hold these days').click();
  await page.getByText('Held. Deliveries were thought over.').waitFor();
  await button('Release').click();
  await heading('No days held').waitFor();
});

test('withdraws a consent in two clicks', async () => {
  await button('More').click();
  await page.getByRole('menuitem', { name: 'Privacy' }).click();
  await heading('What you have agreed to').waitFor();
  await expectAccessible(page);
  await button('Withdraw').first().click();
  await button('Withdraw now').click();
  await page.getByText('No longer in force').waitFor();
});

test('changes the language and reads German everywhere', async () => {
  await button('More').click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('option', { name: 'Deutsch' }).click();
  await heading('Einstellungen').waitFor();
  await expectAccessible(page);
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  await page.getByRole('combobox', { name: 'Sprache' }).click();
  await page.getByRole('option', { name: 'English' }).click();
  await heading('Settings').waitFor();
});

test('erases everything, and is nobody afterwards', async () => {
  await button('More').click();
  await page.getByRole('menuitem', { name: 'Privacy' }).click();
  await button('Erase …').click();
  await page.getByText('Stays, without telling of you').waitFor();
  expect(await button('Erase for ever').isDisabled()).toBe(true);
  await page.getByLabel('Type “Familie Weber” to confirm').fill('Familie Weber');
  await expectAccessible(page);
  // Its session ends with the account: what is asked afterwards is refused.
  ada.expectRefusals(401, 404);
  // The page with the receipt comes late: the end of the session is noticed first, and leads to signing in.
  await page.route(/assets\/erased-.*\.js/, async (route) => {
    await page.waitForURL('**/sign-in*').catch(() => undefined);
    await route.continue();
  });
  await button('Erase for ever').click();
  await page.getByText('Token of the receipt').waitFor();
  await page.getByRole('link', { name: 'Leave Neverout' }).click();
  await heading('Sign in').waitFor();
  await served.platform.drain();
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await button('Sign in').click();
  await page.getByText('E-mail or password is wrong').waitFor();
});
