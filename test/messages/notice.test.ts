import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { createWorld, nearlyEmpty, START, type World } from '../rules/world.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { decodeMail, startSmtp, type TestSmtp } from '../support/smtp.ts';

describe('no notice, no order', () => {
  let smtp: TestSmtp;
  let shop: TestMerchant;
  let world: World;
  let customerId: string;

  beforeEach(async () => {
    smtp = await startSmtp();
    world = await createWorld({ SMTP_URL: smtp.url, PUBLIC_URL: 'https://neverout.example' });
    shop = await startMerchant(world.clock.now);
    ({ customerId } = await nearlyEmpty(world));
    await world.rows('UPDATE merchant SET base_url = $1, api_key = $2', shop.url, shop.apiKey);
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
    await smtp[Symbol.asyncDispose]();
  });

  const order = async () => {
    const [row] = await world.rows<{
      status: string;
      cancel_until: Date;
      noticed_at: Date | null;
      arrives_from: Date;
    }>('SELECT * FROM "order"');
    return row;
  };
  const deliveries = () =>
    world.rows<{ kind: string; status: string; attempts: number; last_error: string | null }>(
      `SELECT m.kind, x.status, x.attempts, x.last_error FROM message_delivery x JOIN message m ON m.id = x.message_id
       ORDER BY x.id`,
    );
  const drainAt = async (instant: number) => {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  };
  const notices = async () => (await world.metrics.notices.get()).values.map(({ labels }) => labels.outcome);

  test('an announcement that arrived lets its order be placed when the window has passed', async () => {
    await world.rules.drain();
    expect(smtp.mails).toHaveLength(1);
    const mail = decodeMail(smtp.mails[0] ?? '');
    expect(mail).toMatch(new RegExp(`^To: ${customerId}@example.org$`, 'm'));
    expect(mail).toMatch(/^Message-ID: <message-[0-9a-f-]{36}@localhost>$/m);
    expect(mail).toMatch(/^References: <order-[0-9a-f-]{36}@localhost>$/m);
    expect(mail).toMatch(/^Auto-Submitted: auto-generated$/m);
    // An announcement cannot be turned off by itself.
    expect(mail).not.toContain('List-Unsubscribe');
    expect(mail).toContain('€50.00');
    expect(mail).toContain('8 September 2026 at 12:00 CEST');
    expect(mail.match(/https:\/\/neverout\.example\/a\/[\w-]{95,}/g)?.length).toBe(10);
    expect(await order()).toMatchObject({ status: 'announced', noticed_at: new Date(START) });
    await drainAt(START + DAY_MS - 1);
    expect(shop.purchases).toEqual([]);
    await drainAt(START + DAY_MS);
    expect(shop.purchases).toHaveLength(1);
    expect(await notices()).toEqual(['delivered']);
  });

  test('with the mail server down for a day nothing is lost or sent twice, and the window begins with the delivery', async () => {
    smtp.isAway = true;
    await world.rules.drain();
    const planned = (await order())?.cancel_until.getTime() ?? 0;
    for (const hour of [1, 6, 24, 26]) await drainAt(START + hour * HOUR_MS);
    expect(shop.calls).toEqual([]);
    expect(await order()).toMatchObject({ status: 'announced', noticed_at: null });
    expect(await deliveries()).toMatchObject([{ kind: 'announcement', status: 'pending' }]);
    smtp.isAway = false;
    const told = START + 27 * HOUR_MS;
    await drainAt(told);
    expect(smtp.mails).toHaveLength(1);
    const window = told + DAY_MS;
    expect(window).toBeGreaterThan(planned);
    expect(await order()).toMatchObject({
      status: 'announced',
      noticed_at: new Date(told),
      cancel_until: new Date(window),
    });
    // The mail tells the later deadline and a later arrival than was planned first.
    expect(decodeMail(smtp.mails[0] ?? '')).toContain('9 September 2026 at 15:00 CEST');
    await drainAt(window - 1);
    expect(shop.purchases).toEqual([]);
    await drainAt(window);
    expect(shop.purchases).toHaveLength(1);
    expect(smtp.mails.filter((mail) => decodeMail(mail).includes('You can cancel until:'))).toHaveLength(1);
  });

  test('an address that the server refuses for good makes a question of it, at once', async () => {
    smtp.refuse = () => true;
    await world.rules.drain();
    expect(await order()).toMatchObject({ status: 'proposed', noticed_at: null });
    const kinds = await world.rows<{ kind: string; detail: { because?: string; why?: unknown } }>(
      'SELECT kind, detail FROM message ORDER BY id',
    );
    expect(kinds).toMatchObject([
      { kind: 'announcement' },
      { kind: 'proposal', detail: { because: 'notice-failed', why: [['cannot-be-told', {}]] } },
    ]);
    expect(await deliveries()).toMatchObject([
      {
        kind: 'announcement',
        status: 'failed',
        attempts: 1,
        last_error: 'The mail server refused it (550).',
      },
      { kind: 'proposal', status: 'failed' },
    ]);
    expect(await notices()).toEqual(['failed']);
    const refusals = await world.metrics.gateRefusals.get();
    expect(refusals.values).toContainEqual(expect.objectContaining({ labels: { gate: 'notice' }, value: 1 }));
    await drainAt(START + 3 * DAY_MS);
    expect(shop.purchases).toEqual([]);
  });

  test('a customer who cannot be reached at all is asked in the portal', async () => {
    await world.rows('UPDATE customer SET email = NULL');
    await world.rules.drain();
    expect(await order()).toMatchObject({ status: 'proposed' });
    expect(await deliveries()).toEqual([]);
    expect(await notices()).toEqual(['unreachable']);
  });

  test('an announcement that is two days under way is given up', async () => {
    smtp.isAway = true;
    await world.rules.drain();
    // Once more, in case only a kept connection was gone; when next is for the outbox to say.
    expect(smtp.sessions).toBe(2);
    await drainAt(START + 47 * HOUR_MS);
    expect(await order()).toMatchObject({ status: 'announced' });
    await drainAt(START + 48 * HOUR_MS);
    expect(await order()).toMatchObject({ status: 'proposed' });
    smtp.isAway = false;
    await drainAt(START + 50 * HOUR_MS);
    // What is no longer true is not sent.
    expect(await deliveries()).toMatchObject([
      { kind: 'announcement', status: 'suppressed' },
      { kind: 'proposal', status: 'sent' },
    ]);
    expect(smtp.mails).toHaveLength(1);
  });

  test('control: without the guard the same order is bought, though nobody was told', async () => {
    smtp.isAway = true;
    await world.rules.drain();
    await world.rows('UPDATE "order" SET noticed_at = $1', new Date(START));
    await drainAt(START + DAY_MS);
    expect(smtp.mails).toEqual([]);
    expect(shop.purchases).toHaveLength(1);
  });
});
