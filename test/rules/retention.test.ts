import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { changeRetention } from '../../platform/retention/settings.ts';
import { countOf } from '../support/broker.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, START, type World } from './world.ts';

const YEAR_MS = 366 * DAY_MS;

describe('retention', () => {
  let world: World;
  let seeded: SeededConsumable;
  beforeAll(async () => {
    world = await createWorld({ READING_RETENTION_MONTHS: '2' });
    seeded = await seedConsumable(world.database, START);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const set = (values: Parameters<typeof changeRetention>[1]['values']) =>
    inTransaction(world.database.pool, (db) =>
      changeRetention(db, { values, at: world.clock.now(), actor: 'test', reason: 'A test.' }),
    );
  const age = (days: number) => new Date(world.clock.now() - days * DAY_MS);
  const count = async (table: string) =>
    (await world.rows<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]?.count;

  test('lets go of each kind after its own time, keeping what is younger', async () => {
    const { customerId, consumableId, deviceId } = seeded;
    for (const days of [1, 10]) {
      await world.rows(
        `INSERT INTO dead_letter (received_at, reason, detail) VALUES ($1, 'bad', '')`,
        age(days),
      );
      await world.rows(`INSERT INTO attempt VALUES ($1, $2, 1)`, `k${days}`, age(days));
      await world.rows(
        `INSERT INTO auth_verification (identifier, value, expires_at, created_at, updated_at) VALUES ('i', 'v', $1, $1, $1)`,
        age(days),
      );
      await world.rows(
        `INSERT INTO invitation (customer_id, email, role, token_hash, invited_by, created_at, expires_at)
         VALUES ($1, 'a@b.example', 'viewer', $2, 'x', $3, $3)`,
        customerId,
        Buffer.from(`t${days}`),
        age(days),
      );
      await world.rows(
        `INSERT INTO claim_code (device_id, code_hash, created_at, expires_at) VALUES ($1, $2, $3, $3)`,
        deviceId,
        Buffer.from(`c${days}`),
        age(days),
      );
    }
    for (const days of [10, 100]) {
      await world.rows(
        `INSERT INTO decision (consumable_id, at, stage, outcome, sentence, inputs, gates)
         VALUES ($1, $2, 'evaluation', 'wait', 's', '{}', '[]')`,
        consumableId,
        age(days),
      );
      await world.rows(
        `INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at) VALUES ($1, $2, 'fault', $3, $3)`,
        deviceId,
        consumableId,
        age(days),
      );
      await world.rows(
        `INSERT INTO message (customer_id, kind, detail, created_at) VALUES ($1, 'x', '{}', $2)`,
        customerId,
        age(days),
      );
    }
    const { productId, merchantId } = seeded;
    for (const [status, days] of [
      ['quoted', 1],
      ['quoted', 10],
      ['unavailable', 10],
      ['wanted', 10],
    ] as const) {
      await world.rows(
        `INSERT INTO quote (product_id, merchant_id, quantity, status, wanted_at, give_up_at, answered_at, valid_until,
           unit_price_minor, shipping_minor, currency, arrives_from, arrives_to)
         VALUES ($1, $2, 1, $3::text, $4::timestamptz, $4, $4, CASE WHEN $3 <> 'wanted' THEN $4::timestamptz END,
           5000, 0, 'EUR', '2026-09-08', '2026-09-09')`,
        productId,
        merchantId,
        status,
        age(days),
      );
    }
    // What an order was made at stays as long as the order.
    await world.rows(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, quote_id)
       SELECT $1, $2, product_id, merchant_id, 'declined', 1, 1, 5000, 5000, 'EUR', wanted_at, id
       FROM quote WHERE status = 'unavailable'`,
      customerId,
      consumableId,
    );
    await set({
      quoteDays: 5,
      deadLetterDays: 5,
      attemptDays: 5,
      verificationDays: 5,
      invitationDays: 5,
      claimCodeDays: 5,
      decisionMonths: 2,
      eventMonths: 2,
      messageMonths: 1,
    });
    await world.rules.drain();
    for (const table of [
      'dead_letter',
      'attempt',
      'auth_verification',
      'invitation',
      'claim_code',
      `decision WHERE sentence = 's'`,
      `consumable_event WHERE type = 'fault'`,
      `message WHERE kind = 'x'`,
    ]) {
      expect(await count(table), table).toBe(1);
    }
    expect(await world.rows('SELECT status, wanted_at FROM quote ORDER BY status')).toEqual([
      { status: 'quoted', wanted_at: age(1) },
      { status: 'unavailable', wanted_at: age(10) },
    ]);
    await world.rows('DELETE FROM "order"');
    expect(await countOf(world.metrics.retentionRemoved, 'deadLetterDays')).toBe(1);
    const [change] = await world.rows('SELECT before, after, reason FROM setting_change');
    expect(change).toMatchObject({ before: {}, after: { deadLetterDays: 5 }, reason: 'A test.' });
  });

  test('keeps level and use per day of the readings that it drops', async () => {
    const { consumableId } = seeded;
    const day = '2026-07-10';
    const store = (at: string, level: number, counter: number) =>
      world.rows(
        `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level, use_counter)
         VALUES ($1, $2, 1, $2, 'measured', $3, $4)`,
        consumableId,
        new Date(at),
        level,
        counter,
      );
    await store('2026-07-09T20:00:00Z', 0.75, 90);
    await store(`${day}T06:00:00Z`, 0.5, 100);
    await store(`${day}T12:00:00Z`, 0.25, 130);
    await store(`${day}T18:00:00Z`, 1, 131);
    await store(`${day}T20:00:00Z`, 0.75, 140);
    for (let n = 0; n < 3; n += 1) {
      await world.rows(
        `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind) VALUES ($1, $2, 1, $2, 'some')`,
        randomUUID(),
        new Date(`${day}T06:00:00Z`),
      );
    }
    world.clock.advanceTo(Date.UTC(2026, 10, 2));
    await world.rules.drain();
    expect(await count('reading')).toBe(0);
    expect(
      await world.rows(
        `SELECT day::text, level_first, level_last, level_min, used, counted, readings FROM consumable_day ORDER BY day`,
      ),
    ).toEqual([
      {
        day: '2026-07-09',
        level_first: 0.75,
        level_last: 0.75,
        level_min: 0.75,
        used: 0,
        counted: 0,
        readings: 1,
      },
      // A quarter from the evening before, a quarter at noon, a quarter of the new filling.
      { day, level_first: 0.5, level_last: 0.75, level_min: 0.25, used: 0.75, counted: 50, readings: 4 },
    ]);
  });

  test('lets go of the orders and consents of erased customers, and then of the rest of them', async () => {
    const at = new Date(world.clock.now());
    const { customerId, consumableId, productId, merchantId } = seeded;
    const [consent] = await world.rows<{ id: string }>(
      `INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
       VALUES ($1, 'automatic-order', '1', 'erased', 'h', 'en', 'm', 'erased', $2) RETURNING id`,
      customerId,
      at,
    );
    const order = (customer: string, consumable: string) =>
      world.rows(
        `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, consent_id, status, quantity, fillings,
           unit_price_minor, total_minor, currency, created_at, accepted_at)
         VALUES ($1, $2, $3, $4, $5, 'installed', 1, 1, 1, 1, 'EUR', $6, $6)`,
        customer,
        consumable,
        productId,
        merchantId,
        customer === customerId ? consent?.id : null,
        at,
      );
    const other = await seedConsumable(world.database, START);
    await order(customerId, consumableId);
    await order(other.customerId, other.consumableId);
    await world.rows('UPDATE customer SET erased_at = $2 WHERE id = $1', customerId, at);
    await set({ erasedOrderYears: 5 });
    world.clock.advanceTo(Date.UTC(2031, 11, 31));
    await world.rules.drain();
    expect(await count('"order"')).toBe(2);
    world.clock.advanceTo(Date.UTC(2032, 0, 1, 12));
    await world.rules.drain();
    // Those of a customer who is still one stay.
    expect(await world.rows('SELECT customer_id AS id FROM "order"')).toEqual([{ id: other.customerId }]);
    expect(await world.rows('SELECT id FROM customer')).toEqual([{ id: other.customerId }]);
    expect(await count('consent')).toBe(0);
    expect(world.clock.now() - at.getTime()).toBeGreaterThan(5 * YEAR_MS);
  });
});
