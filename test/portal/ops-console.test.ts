import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  DESKTOP,
  expectAccessible,
  launchBrowser,
  PHONE,
  settled,
  type Visitor,
  visit,
} from './support/browser.ts';
import {
  buildOpsWorld,
  enterAsStaff,
  type OpsWorld,
  type Session,
  signInStaff,
} from './support/ops-world.ts';
import { type ServedPlatform, servePlatform } from './support/platform.ts';

let served: ServedPlatform;
let browser: Browser;
let world: OpsWorld;
let sessions: Readonly<Record<'ops' | 'admin', Session>>;
beforeAll(async () => {
  [served, browser] = await Promise.all([servePlatform(), launchBrowser()]);
  world = await buildOpsWorld(served);
  // Two people for the whole file: hashing a password for each visit would take longer than most visits.
  sessions = { ops: await signInStaff(served, 'ops'), admin: await signInStaff(served, 'admin') };
}, 90_000);
afterAll(async () => {
  await browser.close();
  await served[Symbol.asyncDispose]();
});

async function enter(
  options: Parameters<typeof visit>[2] & { role?: 'ops' | 'admin' } = {},
): Promise<Visitor> {
  const { role = 'ops', ...view } = options;
  const visitor = await visit(browser, served.url, view);
  await enterAsStaff(visitor.context, sessions[role]);
  // A machine that does other things besides is not what is tested here.
  visitor.context.setDefaultTimeout(20_000);
  return visitor;
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const rowsOf = async (sql: string, ...values: unknown[]) =>
  (await served.platform.database.pool.query(sql, values)).rows;

const PLACES: readonly (readonly [string, string])[] = [
  ['Today', 'Heute'],
  ['Review', 'Prüfung'],
  ['Orders', 'Bestellungen'],
  ['Problems', 'Probleme'],
  ['Consumables', 'Verbrauchsmaterial'],
  ['Devices', 'Geräte'],
  ['Customers', 'Kunden'],
  ['Forecast', 'Prognose'],
  ['Trials', 'Versuche'],
  ['Halt', 'Halt'],
  ['Dead letters', 'Abgelehntes'],
  ['Webhooks', 'Webhooks'],
  ['Audit log', 'Protokoll'],
  ['Settings', 'Einstellungen'],
];

/** Where, and which button opens it; by column of the language. */
const DIALOGS: readonly (readonly [path: () => string, names: readonly [string, string]])[] = [
  [() => '/ops/halt', ['Stop all ordering', 'Alle Bestellungen anhalten']],
  [() => `/ops/orders/${world.reviewIds[0]}`, ['Cancel the order', 'Bestellung stornieren']],
  [() => '/ops/review', ['Decline', 'Ablehnen']],
];

async function expectDialogsAccessible(page: Page, column: 0 | 1): Promise<void> {
  for (const [path, names] of DIALOGS) {
    await page.goto(path());
    await page.getByRole('button', { name: names[column], exact: true }).click();
    await page.getByRole('dialog').getByRole('textbox').waitFor();
    await expectAccessible(page);
  }
  await page.goto('/ops');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: column === 0 ? 'Keys' : 'Tasten' }).waitFor();
  await expectAccessible(page);
}

describe('every page is accessible and quiet', () => {
  test.each([
    ['desktop, light, English', DESKTOP, 'light', 'en-GB', 0],
    ['phone, dark, German', PHONE, 'dark', 'de-DE', 1],
  ] as const)(
    '%s',
    async (_name, viewport, colorScheme, locale, column) => {
      await using visitor = await enter({ viewport, colorScheme, locale, role: 'admin' });
      const { page } = visitor;
      // What somebody chose in this browser goes before what their account says.
      await page.addInitScript(`localStorage.setItem('neverout.language', '${locale.slice(0, 2)}')`);
      await page.goto('/ops');
      for (const names of PLACES) {
        const name = names[column];
        await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
        await heading(page, name).waitFor();
        await settled(page);
        await expectAccessible(page);
      }
      const more = [
        'forecast?view=accuracy',
        'forecast?view=fleet',
        `devices/${world.deviceIds[0]}`,
        `orders/${world.reviewIds[0]}`,
        'jobs',
      ];
      for (const path of more) {
        await page.goto(`/ops/${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await settled(page);
        await expectAccessible(page);
      }
      await expectDialogsAccessible(page, column);
      visitor.expectQuiet();
    },
    90_000,
  );
});

describe('review', () => {
  test('is done by keys: approve one, decline one with a reason, and two people where two are needed', async () => {
    await using visitor = await enter();
    const { page } = visitor;
    await page.goto('/ops/review');
    await page.getByText('4 orders wait').waitFor();
    await page.getByText('first order', { exact: true }).waitFor();
    await page.getByRole('img', { name: /From 18% now to empty/ }).waitFor();

    // The first needs two people: this is one of them.
    await page.keyboard.press('a');
    await page.getByText('1 need a second person').waitFor();
    await page.getByText('1 of 2 approvals').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.getByText('1 approved', { exact: true }).waitFor();
    await page.getByText('3 orders wait').waitFor();

    await page.keyboard.press('j');
    await page.keyboard.press('d');
    await page.getByRole('textbox', { name: 'Reason' }).fill('The price is wrong, jkxa.');
    await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click();
    await page.getByText('1 declined', { exact: true }).waitFor();
    await page.getByText('2 orders wait').waitFor();
    const votes = await rowsOf('SELECT verdict, reason FROM review_vote ORDER BY at, verdict');
    expect(votes.map(({ verdict }) => verdict).toSorted()).toEqual(['approve', 'approve', 'decline']);
    visitor.expectQuiet();
  }, 60_000);

  test('keys rest where they were switched off', async () => {
    await using visitor = await enter();
    const { page } = visitor;
    await page.goto('/ops/review');
    await page.getByText('2 orders wait').waitFor();
    await page.getByRole('switch', { name: 'Keys' }).click();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('d');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('switch', { name: 'Keys' }).click();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await heading(page, 'Today').waitFor();
  }, 60_000);
});

test('a halt is seen on every open console at once, and lifted again', async () => {
  await using one = await enter();
  await using other = await enter();
  await other.page.goto('/ops/orders');
  await other.page.getByText('Live', { exact: true }).waitFor();
  await one.page.goto('/ops/halt');
  await one.page.getByRole('button', { name: 'Stop all ordering' }).click();
  const dialog = one.page.getByRole('dialog');
  // Nobody stops everything without saying why.
  expect(await dialog.getByRole('button', { name: 'Stop all ordering' }).isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'Why?' }).fill('Wrong prices everywhere.');
  await dialog.getByRole('button', { name: 'Stop all ordering' }).dblclick();
  await other.page.getByText('All ordering is stopped.').waitFor();
  await other.page.getByText('Wrong prices everywhere.').waitFor();
  expect(await rowsOf('SELECT reason FROM halt WHERE lifted_at IS NULL')).toHaveLength(1);
  await one.page.getByRole('region', { name: 'Everything' }).getByRole('button', { name: 'Lift' }).click();
  await one.page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
  await other.page.getByText('All ordering is stopped.').waitFor({ state: 'detached' });
  one.expectQuiet();
  other.expectQuiet();
}, 60_000);

test('a count opens what it counted; filters live in the address; the table comes as CSV', async () => {
  await using visitor = await enter();
  const { page } = visitor;
  await page.goto('/ops');
  await page.getByRole('link', { name: /unanswered by merchants/ }).click();
  await heading(page, 'Orders').waitFor();
  expect(page.url()).toContain('stuck=true');
  await page.getByText('4 in all').waitFor();
  await page.getByRole('button', { name: 'Clear filter: Unanswered by the merchant' }).click();
  await page.getByText('30 in all').waitFor();
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('option', { name: 'cancelled' }).click();
  await page.getByText(/^[45] in all$/).waitFor();
  expect(new URL(page.url()).searchParams.get('status')).toBe('cancelled');
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('neverout-orders-2026-11-21.csv');
  // The same address shows the same to somebody else.
  await page.reload();
  await page.getByText(/^[45] in all$/).waitFor();
  await page.goto('/ops/consumables');
  await page.getByText('60 in all').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2').waitFor();
  visitor.expectQuiet();
}, 60_000);

test('thresholds: tried on part of the fleet, changed with a reason, kept in the history', async () => {
  await using visitor = await enter();
  const { page } = visitor;
  await page.goto('/ops/shadow');
  await page.getByRole('textbox', { name: 'Name' }).fill('Two days to cancel');
  await page.getByRole('textbox', { name: 'Time to cancel' }).fill('48');
  await page.getByRole('button', { name: 'Start the trial' }).click();
  await heading(page, 'Two days to cancel').waitFor();
  await page.getByText('0 of 60 consumables looked at').waitFor();
  await page.getByRole('button', { name: 'Put in force' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Why?' }).fill('Customers asked for it.');
  await dialog.getByRole('button', { name: 'Put in force' }).click();
  await page.getByText('in force since').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('Customers asked for it.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Time to cancel' }).inputValue()).toBe('48 h');
  await page.getByRole('textbox', { name: 'Time to cancel' }).fill('24');
  await page.getByRole('textbox', { name: 'Why?' }).fill('It was too long.');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await page.getByText('It was too long.').waitFor();
  await page.getByText('Saved.', { exact: true }).waitFor();
  expect(await rowsOf(`SELECT value FROM setting WHERE key = 'thresholds'`)).toEqual([
    { value: { cancelWindowHours: 24 } },
  ]);
  visitor.expectQuiet();
}, 60_000);

test('one order: why it is, what was said of it, a mail sent again, and cancelled with a reason', async () => {
  await using visitor = await enter();
  const { page } = visitor;
  await page.goto('/ops');
  await page.getByRole('link', { name: /problems with orders/ }).click();
  await heading(page, 'Problems').waitFor();
  await page.getByText('It takes longer than nearly every other.').waitFor();
  await page.getByRole('link', { name: 'shipped' }).click();
  await heading(page, /Black toner 100/).waitFor();
  await page.getByText('mailbox full').waitFor();
  await page.getByRole('button', { name: 'Send again' }).dblclick();
  await page.getByText('e-mail: on its way').waitFor();
  expect(
    await rowsOf(`SELECT status, attempts FROM message_delivery WHERE channel = 'e-mail' AND attempts = 0
    AND message_id IN (SELECT id FROM message WHERE kind = 'ops-alert')`),
  ).toEqual([{ status: 'pending', attempts: 0 }]);

  const [{ id }] = await rowsOf(`SELECT order_id AS id FROM order_review WHERE status = 'pending' LIMIT 1`);
  await page.goto(`/ops/orders/${id}`);
  await page.getByText('It was not announced in time.').waitFor();
  await page.getByText('1 of 2 gates passes').click();
  await page.getByText('€89.90 is within the limit of €100.00.').waitFor();
  // What waits for review is approved there alone.
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Why?' }).fill('They closed their office.');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).dblclick();
  await page
    .getByRole('listitem')
    .filter({ hasText: 'staff' })
    .getByText('They closed their office.')
    .waitFor();
  expect(await rowsOf('SELECT status FROM "order" WHERE id = $1', id)).toEqual([{ status: 'cancelled' }]);
  visitor.expectQuiet();
}, 60_000);

test('a device gets a hint; refused messages decoded again say what came of them', async () => {
  await using visitor = await enter();
  const { page } = visitor;
  await page.goto(`/ops/devices/${world.deviceIds[0]}`);
  await page.getByRole('textbox', { name: /^Hint/ }).fill('Clean the rollers.');
  await page.getByRole('button', { name: 'Send the hint' }).click();
  await page.getByText('hint: Clean the rollers.').waitFor();
  expect(await rowsOf('SELECT type FROM device_command WHERE device_id = $1', world.deviceIds[0])).toEqual([
    { type: 'maintenance' },
  ]);
  await page.goto('/ops/dead-letters?reason=bad-schema');
  await page.getByRole('button', { name: 'Decode again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Decode again' }).click();
  await page.getByText(/^5 refused again: bad-schema$/).waitFor();
  visitor.expectQuiet();
}, 60_000);

test('admins change what waits for review, with a reason that history keeps; ops see it', async () => {
  await using visitor = await enter({ role: 'admin' });
  const { page } = visitor;
  await page.goto('/ops/settings');
  const field = (of: Page) => of.getByRole('textbox', { name: 'First automatic orders of a customer' });
  await field(page).fill('4');
  await page.getByRole('checkbox', { name: 'Total from: never' }).click();
  const twoPeople = page.getByRole('textbox', { name: 'Two people from a total of' });
  expect(await twoPeople.inputValue()).toBe('500.00');
  await twoPeople.fill('250.00');
  await page.getByRole('textbox', { name: 'Why?' }).fill('Many new people.');
  await twoPeople.fill('a lot');
  await page.getByText('This is no amount: write it as 25.00.').waitFor();
  await page.getByRole('button', { name: 'Save 3 changes' }).click();
  await twoPeople.fill('25.00');
  await page.getByRole('button', { name: 'Save 3 changes' }).click();
  await page.getByText('Many new people.').waitFor();
  await page.getByText('First automatic orders of a customer: 1 → 4').waitFor();
  await page.getByText('Two people from a total of: 500.00 EUR → 25.00 EUR').waitFor();
  expect(
    await rowsOf(
      `SELECT value ->> 'firstOrders' AS n, value -> 'highPriceMinor' AS price, value -> 'twoPersonMinor' AS two
       FROM setting WHERE key = 'review'`,
    ),
  ).toEqual([{ n: '4', price: null, two: 2500 }]);
  // What could not be read was not sent, nor what was typed before it.
  expect(await rowsOf(`SELECT FROM setting_change WHERE key = 'review'`)).toHaveLength(1);
  await using other = await enter();
  await other.page.goto('/ops/settings');
  await other.page.getByText('Admins change these.').first().waitFor();
  expect(await field(other.page).isDisabled()).toBe(true);
  visitor.expectQuiet();
}, 60_000);

test('the audit log is verified on the page, and an altered entry is named', async () => {
  await using visitor = await enter({ role: 'admin' });
  const { page } = visitor;
  await page.goto('/ops/audit');
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText(/^Whole: \d+ entries$/).waitFor();
  const client = await served.platform.database.pool.connect();
  await client.query('BEGIN');
  await client.query('SET LOCAL session_replication_role = replica');
  await client.query(`UPDATE audit_entry SET outcome = 'other' WHERE seq = 3`);
  await client.query('COMMIT');
  client.release();
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('Entry 3 was altered').waitFor();
}, 60_000);

test('a customer is sent to their own pages, and ops read no audit log', async () => {
  await using visitor = await enter({ role: 'ops' });
  await visitor.page.goto('/ops/audit');
  await visitor.page.getByText('The audit log is read by admins only.').waitFor();
  await eventually(() => visitor.expectQuiet());
}, 60_000);

test('what a hundred do not show of the review is on the next page', async () => {
  await rowsOf(
    `WITH copied AS (
       INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings, unit_price_minor,
         total_minor, currency, created_at)
       SELECT customer_id, consumable_id, product_id, merchant_id, 'declined', n, 1, 8990, 8990 * n, 'EUR', created_at
       FROM "order" o, generate_series(1, 101) n WHERE o.id = $1 RETURNING id, customer_id, quantity
     )
     INSERT INTO order_review (order_id, customer_id, flags, status, approvals_needed, created_at, decide_by, decided_at)
     SELECT id, customer_id, '[]', 'approved', 1, $2, $2, $2::timestamptz - quantity * interval '1 minute' FROM copied`,
    world.reviewIds[0],
    new Date(served.clock.now()),
  );
  await using visitor = await enter();
  const { page } = visitor;
  await page.goto('/ops/review?status=approved');
  const entries = page.getByRole('list', { name: 'Review' }).getByRole('listitem');
  await entries.nth(99).waitFor();
  expect(await entries.count()).toBe(100);
  await page.getByRole('button', { name: 'Next' }).click();
  await entries.nth(99).waitFor({ state: 'detached' });
  const { length } = await rowsOf(`SELECT FROM order_review WHERE status = 'approved'`);
  expect(await entries.count()).toBe(length - 100);
  await page.getByRole('button', { name: 'To the first' }).click();
  await entries.nth(99).waitFor();
  visitor.expectQuiet();
});
