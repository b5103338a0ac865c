import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { join, PASSWORD, totp } from '../api-auth/support/people.ts';
import { eventually } from '../support/eventually.ts';
import { type ActsWorld, buildActsWorld } from './support/acts-world.ts';
import {
  DESKTOP,
  expectAccessibleInBoth,
  launchBrowser,
  PHONE,
  type Visitor,
  visit,
} from './support/browser.ts';
import { DETECTOR, PUSH } from './support/stand-ins.ts';

/** What a household does now and then, each on its own: one world, one browser, one person signed in. */
let world: ActsWorld;
let browser: Browser;
let ada: Visitor;
let page: Page;
beforeAll(async () => {
  [world, browser] = await Promise.all([
    buildActsWorld(),
    launchBrowser('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'),
  ]);
  ada = await visitAsAda();
  ({ page } = ada);
});
afterAll(async () => {
  ada.expectQuiet();
  await browser.close();
  await world[Symbol.asyncDispose]();
});

/** In a browser that has Ada's session already. */
async function visitAsAda(): Promise<Visitor> {
  const { url } = world.served;
  const visitor = await visit(browser, url, { viewport: PHONE });
  await visitor.context.addCookies([...world.ada.cookies].map(([name, value]) => ({ name, value, url })));
  await visitor.context.addInitScript("localStorage.setItem('neverout.signed-in', 'yes')");
  return visitor;
}

const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
const heading = (name: string) => page.getByRole('heading', { name }).first();
const order = async (id: string) => await world.served.call('GET', `/v1/orders/${id}`);

test('puts an announced order off by a week, skips it, undoes that, and skips it for good', async () => {
  const id = await world.addOrder({ consumable: 'study cyan', status: 'announced' });
  const before = await order(id);
  await page.goto(`/orders/${id}`);
  await button('A week later').click();
  await button('Put off by 7 days').waitFor();
  const later = await order(id);
  expect(Date.parse(later.dueAt) - Date.parse(before.dueAt)).toBeGreaterThanOrEqual(7 * 86_400_000);
  expect(later.arrivesFrom > before.arrivesTo).toBe(true);
  await button('Not needed this time').click();
  await button('Undo').click();
  await button('Not needed this time').waitFor();
  expect((await order(id)).status).toBe('announced');
  await button('Not needed this time').click();
  await page.getByText('Acme black toner is skipped this time.').waitFor();
  // Who leaves within the time to undo has decided.
  await page.goto('/orders');
  await eventually(async () => expect((await order(id)).status).toBe('declined'));
});

test('sees which delivery moves, from when to when, before any day is held', async () => {
  const arrives = ['2026-12-10', '2026-12-11'] as const;
  const id = await world.addOrder({ consumable: 'attic cyan', status: 'announced', arrives });
  await page.goto('/away');
  await button('Next month').click();
  await page.getByText('December 2026').waitFor();
  await page.locator('table button:visible').nth(8).click();
  await page.locator('table button:visible').nth(19).click();
  await page.getByText('1 delivery moves').waitFor();
  await page.getByText('Acme black toner, Printer in the attic').waitFor();
  expect(await page.locator('del').textContent()).toMatch(/10.{1,3}11 Dec/);
  expect(await page.locator('ins').textContent()).toMatch(/21.{1,3}22 Dec/);
  const { customerId } = world;
  expect((await world.served.call('GET', `/v1/holds?customerId=${customerId}`)).items).toEqual([]);
  await world.served.call('POST', `/v1/orders/${id}/cancel`, {});
});

/** Tab until the element has the focus; fails when it is never reached. */
async function tabTo(target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target}.`);
}

test('keys alone open a consumable, its reasons and its ladder, and cancel an order', async () => {
  const id = await world.addOrder({ consumable: 'attic cyan', status: 'announced' });
  await page.goto('/');
  const link = page.getByRole('link', { name: /^Black toner/ }).first();
  await link.waitFor();
  await tabTo(link);
  await page.keyboard.press('Enter');
  await button('Why?').waitFor();
  await tabTo(button('Why?'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'How this was decided' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  const ladder = page.getByRole('radio', { name: 'Asks you' });
  await tabTo(ladder);
  await page.keyboard.press('ArrowUp');
  await page.getByRole('radio', { name: 'Reminds you', checked: true }).waitFor();
  await tabTo(page.getByRole('link', { name: 'Orders', exact: true }));
  await page.keyboard.press('Enter');
  await heading('Orders').waitFor();
  await page.locator('body').press('Home');
  await tabTo(button('Cancel the order'));
  await page.keyboard.press('Enter');
  await page.getByText('Acme black toner will not be ordered.').waitFor();
  await page.goto('/');
  await eventually(async () => expect((await order(id)).status).toBe('cancelled'));
});

test('takes another product than the one that was proposed', async () => {
  const options = [world.catalogue.blackId, world.otherId];
  const id = await world.addOrder({ consumable: 'study black', status: 'proposed', options });
  await page.goto('/');
  await page.getByText('Acme black toner for Black toner waits for your word').waitFor();
  await page.getByRole('link', { name: 'See the order' }).click();
  await page.getByRole('radio', { name: 'Acme black toner, large' }).check();
  await expectAccessibleInBoth(page);
  await page.getByText('1 × €129.00 · €64.50 a filling · the best value').waitFor();
  await button('Approve this one').click();
  await heading('Acme black toner, large').waitFor();
  const taken = await order(id);
  expect(taken).toMatchObject({ productId: world.otherId, status: 'announced', totalMinor: 12_900 });
});

test('orders now: the second click says what it costs, and two of them buy once', async () => {
  await page.goto(`/consumables/${world.consumables['attic black']}`);
  await button('Order now').click();
  expect((await world.served.call('GET', '/v1/orders?status=announced')).items).toHaveLength(1);
  await expectAccessibleInBoth(page);
  await button('Order with obligation to pay: Acme black toner, large, €129.00 a piece').dblclick();
  await heading('Timeline').waitFor();
  const { items } = await world.served.call('GET', '/v1/orders');
  const own = items.filter(({ origin }: { origin: string }) => origin === 'customer');
  expect(own).toHaveLength(1);
  expect(own[0]).toMatchObject({ totalMinor: 12_900, status: 'announced' });
});

test('reports what is wrong with a purchase, of what can be said of it', async () => {
  const id = await world.addOrder({ consumable: 'study cyan', status: 'delivered' });
  await page.goto(`/orders/${id}`);
  await button('Report a problem').click();
  const dialog = page.getByRole('dialog', { name: 'Report a problem' });
  await dialog.getByRole('radio', { name: 'It is damaged' }).check();
  await expectAccessibleInBoth(page);
  await dialog.getByLabel('Anything else (optional)').fill('It leaks.');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await page.getByText('It is damaged: the merchant is asked').waitFor();
  const { problems } = await order(id);
  expect(problems).toMatchObject([{ kind: 'damaged', note: 'It leaks.', wants: 'refund' }]);
});

test('withdraws from a purchase: stated, then confirmed', async () => {
  const id = await world.addOrder({ consumable: 'attic cyan', status: 'delivered' });
  await page.goto(`/orders/${id}`);
  await page.getByText('you can withdraw without giving a reason').waitFor();
  await page.getByLabel('Your name').fill('Ada Weber');
  await button('Withdraw').click();
  await button('Confirm withdrawal').waitFor();
  await expectAccessibleInBoth(page);
  await button('Confirm withdrawal').click();
  await page.getByText('You withdrew on').waitFor();
  const withdrawal = await world.served.call('GET', `/v1/orders/${id}/withdrawal`);
  expect(withdrawal).toMatchObject({ name: 'Ada Weber', contact: 'ada@example.org' });
  expect(withdrawal.confirmedAt).not.toBeNull();
});

test('has the merchant asked to move what would arrive while away', async () => {
  const id = await world.addOrder({
    consumable: 'study cyan',
    status: 'accepted',
    arrives: ['2027-03-08', '2027-03-10'],
  });
  const { customerId } = world;
  await world.served.call('POST', '/v1/holds', { customerId, startsOn: '2027-03-06', endsOn: '2027-03-20' });
  await page.goto('/messages');
  await button('Ask the merchant to move it').click();
  await button('The merchant is asked.').waitFor();
  const { history } = await order(id);
  expect(history.at(-1)).toMatchObject({ actor: 'customer', toStatus: 'accepted' });
  // Reading a message is opening it.
  const unread = page.getByText('New:').first();
  await unread.waitFor();
  await page.getByText('Read the text').first().click();
  await eventually(async () => {
    const { items } = await world.served.call('GET', `/v1/customers/${customerId}/messages?limit=1`);
    expect(items[0].readAt).not.toBeNull();
  });
});

test('subscribes to a calendar after seeing what it would hold', async () => {
  await page.goto('/away');
  const form = page.getByRole('region', { name: 'Subscribe to a calendar' });
  await form.getByLabel('Name').fill('Family');
  await page.getByLabel('Address of the calendar').fill(world.calendarUrl);
  await button('See what it would hold').click();
  await page.getByText(/1.{1,3}7 Feb: Skiing/).waitFor();
  expect((await world.served.call('GET', `/v1/customers/${world.customerId}/calendars`)).items).toEqual([]);
  await button('Subscribe').click();
  await page.getByText('is being read').waitFor();
});

test('keeps addresses, says where a device stands, and sees what happened to it', async () => {
  await page.goto('/settings');
  await button('Add an address').click();
  const dialog = page.getByRole('dialog', { name: 'Add an address' });
  await dialog.getByLabel('What you call it').fill('Summer house');
  await dialog.getByLabel('Street and number').fill('Seeweg 4');
  await dialog.getByLabel('Postcode').fill('17192');
  await dialog.getByLabel('Town').fill('Waren');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('0 devices stand there').waitFor();
  const now = world.served.clock.now();
  await world.attic.tell({ type: 'replaced', consumable: 'black', at: now - 3_600_000, historical: true });
  await page.goto('/');
  await page.getByRole('link', { name: 'Printer in the attic', exact: true }).click();
  await page.getByText('Black toner: swapped').waitFor();
  await page.getByText('told late').waitFor();
  await page.getByRole('combobox', { name: 'Where it stands' }).click();
  await page.getByRole('option', { name: 'Summer house' }).click();
  await page.getByText('Saved.').waitFor();
  const device = await world.served.call('GET', `/v1/devices/${world.attic.id}`);
  expect(device.addressId).not.toBeNull();
});

test('is left alone at night, gets the rest in one mail, and has deliveries in a calendar', async () => {
  await page.goto('/messages/preferences');
  await page.getByRole('switch', { name: 'Quiet hours' }).check();
  await page.getByLabel('Until').fill('06:30');
  await page.getByRole('switch', { name: 'One mail a day' }).check();
  await button('Save').click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('switch', { name: 'News of an order: Mail' }).press('Space');
  await button('Make the address').click();
  const url = await page.getByLabel('Address of your calendar').inputValue();
  await eventually(async () => {
    const settings = await world.served.call('GET', `/v1/customers/${world.customerId}/message-settings`);
    expect(settings).toMatchObject({ quietHours: { from: '22:00', to: '06:30' }, digestAt: '18:00' });
    const news = settings.kinds.find(({ kind }: { kind: string }) => kind === 'order-update');
    expect(news.channels['e-mail']).toBe(false);
  });
  const feed = await fetch(url);
  expect(await feed.text()).toContain('BEGIN:VEVENT');
  await button('Make a new address').click();
  await eventually(async () => expect((await fetch(url)).status).toBe(404));
  await eventually(async () =>
    expect(await page.getByLabel('Address of your calendar').inputValue()).not.toBe(url),
  );
});

test('asks for notifications, and the subscription is kept', async () => {
  await page.goto('/messages/preferences');
  await page.getByText('This browser has blocked notifications.').waitFor();
  const { publicKey } = await world.served.call('GET', '/v1/push-key');
  await using visitor = await visitAsAda();
  await visitor.context.addInitScript(PUSH(publicKey));
  await visitor.page.goto('/messages/preferences');
  await visitor.page.getByRole('button', { name: 'Switch on', exact: true }).click();
  await visitor.page.getByRole('button', { name: 'Switch off', exact: true }).waitFor();
  const path = `/v1/customers/${world.customerId}/push-subscriptions`;
  expect((await world.served.call('GET', path)).items).toMatchObject([{ endedAt: null }]);
  const worker = await visitor.page.evaluate('navigator.serviceWorker.ready.then((r) => r.active.scriptURL)');
  expect(worker).toBe(`${world.served.url}/sw.js`);
  visitor.expectQuiet();
});

test('reads the code of a label with the camera, and lets the camera go', async () => {
  const printer = await world.served.call('POST', '/v1/devices', {
    deviceModelId: world.catalogue.modelId,
    name: 'Printer in the shed',
  });
  await ada.context.grantPermissions(['camera'], { origin: world.served.url });
  await page.addInitScript(DETECTOR(printer.claimCode));
  await page.goto('/connect');
  await button('Scan with the camera').click();
  await eventually(async () =>
    expect(await page.getByLabel('Code on the label').inputValue()).toBe(printer.claimCode),
  );
  expect(await page.locator('video').count()).toBe(0);
  await button('Connect').click();
  await page.getByText('Waiting for its first reading').waitFor();
  expect((await world.served.call('GET', `/v1/devices/${printer.id}`)).customerId).toBe(world.customerId);
});

test('invites somebody, who accepts and looks after the household too', async () => {
  await page.goto('/privacy');
  await page.getByLabel('E-mail').fill('ben@example.org');
  await button('Invite').click();
  await page.getByText('An invitation is on its way to ben@example.org.').waitFor();
  await world.served.platform.drain();
  const mail = await world.served.mailTo('ben@example.org');
  const [link = ''] = /http:\S+\/account\/invitation\S+/.exec(mail) ?? [];
  const ben = await join(
    { ...world.served, mailTo: (address) => world.served.mailTo(address, 2) },
    'ben@example.org',
  );
  await using visitor = await visit(browser, world.served.url, { viewport: DESKTOP });
  await visitor.page.goto(link);
  await visitor.page.getByRole('link', { name: 'Sign in' }).click();
  await visitor.page.getByLabel('E-mail').fill('ben@example.org');
  await visitor.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await visitor.page.getByRole('button', { name: 'Accept' }).click();
  await visitor.page.getByRole('heading', { name: 'Home' }).waitFor();
  await visitor.page.getByRole('link', { name: 'Printer in the attic', exact: true }).waitFor();
  visitor.expectQuiet();
  const { body } = await ben.get('/v1/me');
  expect(body.customers).toMatchObject([{ name: 'Familie Weber', role: 'member' }]);
});

const signOut = async () => {
  await button('More').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading('Sign in').waitFor();
};

const signInAgain = async () => {
  await signOut();
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await button('Sign in').click();
};

test('makes a passkey and signs in with it', async () => {
  const session = await ada.context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto('/privacy');
  await page.getByLabel('Name of this device').fill('Phone');
  await button('Add a passkey').click();
  await button('Remove: Phone').waitFor();
  await signOut();
  await button('Sign in with a passkey').click();
  await heading('Home').waitFor();
});

test('sets an authenticator app up, signs in with its code and with a backup code, and switches it off', async () => {
  await page.goto('/privacy');
  await button('Set it up').click();
  const dialog = page.getByRole('dialog', { name: 'Authenticator app' });
  await dialog.getByRole('textbox', { name: 'Confirm with your password' }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Set up the app' }).click();
  await dialog.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
  const [secret = '', backup = ''] = await dialog.locator('code').allTextContents();
  await dialog.getByRole('checkbox', { name: 'I have put them somewhere safe' }).check();
  await dialog.getByRole('textbox', { name: 'Code' }).fill(totp(secret));
  await dialog.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByText('A second step is on.').waitFor();
  const signInWith = async (code: () => Promise<void>) => {
    await signInAgain();
    await heading('Second step').waitFor();
    await code();
    await button('Continue').click();
    await heading('Home').waitFor();
  };
  // A code works once: the app's next one is let in early.
  await signInWith(() => page.getByRole('textbox', { name: 'Code' }).fill(totp(secret, 1)));
  await signInWith(async () => {
    await button('Use a backup code instead').click();
    await page.getByLabel('Backup code').fill(backup);
  });
  await page.goto('/privacy');
  await button('Switch it off').click();
  const ending = page.getByRole('dialog', { name: 'Switch the authenticator app off?' });
  const confirm = async (password: string) => {
    await ending.getByRole('textbox', { name: 'Confirm with your password' }).fill(password);
    await ending.getByRole('button', { name: 'Switch it off now' }).click();
  };
  await expectAccessibleInBoth(page);
  ada.expectRefusals(400);
  await confirm('a wrong password');
  await ending.getByText('The current password is wrong.').waitFor();
  await confirm(PASSWORD);
  await page.getByText('Off. A second step protects your account').waitFor();
  await signInAgain();
  await heading('Home').waitFor();
});
