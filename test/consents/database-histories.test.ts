import { randomInt } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MACHINE } from '../../api/auth/caller.ts';
import type { ApiDeps } from '../../api/build-api.ts';
import { withdrawConsent } from '../../api/consents/withdraw.ts';
import { addHold } from '../../api/holds/holds.ts';
import { decideReviews } from '../../api/review/decide-reviews.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import type { Rules } from '../../rules/build-rules.ts';
import { createWorld, decline, START, setStaffSetting, UNGUARDED, type World } from '../rules/world.ts';
import { silentLog } from '../support/log.ts';
import { seedConsumable } from '../support/seed.ts';

const CUSTOMERS = 120;
const DEVICES = 3;
const ROUNDS = 7;
const SEED = Number(process.env['HISTORIES_SEED'] ?? randomInt(1_000_000));

interface Violation {
  readonly customer: string;
  readonly what: string;
}

/** What its customer would object to, asked of the tables alone. */
const ORACLE = `
  WITH live AS (
    SELECT o.*, to_char(o.announced_at AT TIME ZONE 'Europe/Berlin', 'YYYY-MM') AS month FROM "order" o
    WHERE o.status IN ('announced', 'placing', 'accepted', 'shipped', 'delivered', 'installed')
  ), months AS (
    SELECT o.customer_id, o.month, sum(o.total_minor) AS spent, count(*) AS orders FROM live o GROUP BY 1, 2
  )
  SELECT m.customer_id AS customer, 'spend ' || m.spent AS what FROM months m
    JOIN consent k ON k.customer_id = m.customer_id JOIN mandate t ON t.consent_id = k.id
    WHERE m.spent > t.max_spend_per_month_minor
  UNION ALL
  SELECT m.customer_id, 'orders ' || m.orders FROM months m
    JOIN consent k ON k.customer_id = m.customer_id JOIN mandate t ON t.consent_id = k.id
    WHERE m.orders > t.max_orders_per_month
  UNION ALL
  SELECT o.customer_id, 'price ' || o.unit_price_minor FROM live o JOIN mandate t ON t.consent_id = o.consent_id
    WHERE o.unit_price_minor > t.max_unit_price_minor OR o.product_id <> ALL (t.product_ids) OR o.quantity > t.max_quantity
  UNION ALL
  SELECT o.customer_id, 'withdrawn ' || o.status FROM live o JOIN consent_withdrawal w ON w.consent_id = o.consent_id
    WHERE o.status = 'announced' OR o.placed_at > w.withdrawn_at
  UNION ALL
  SELECT o.customer_id, 'without consent' FROM live o WHERE o.consent_id IS NULL
  UNION ALL
  SELECT o.customer_id, 'unreviewed ' || r.status FROM live o JOIN order_review r ON r.order_id = o.id
    WHERE o.placed_at IS NOT NULL AND (r.status <> 'approved' OR r.decided_at > o.placed_at)
  UNION ALL
  SELECT o.customer_id, 'halted' FROM live o JOIN halt h ON h.customer_id = o.customer_id
    WHERE o.placed_at > h.created_at AND (h.lifted_at IS NULL OR o.placed_at < h.lifted_at)
  UNION ALL
  SELECT o.customer_id, 'inside a hold' FROM live o JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
    JOIN hold h ON h.customer_id = o.customer_id AND h.created_at < o.placed_at
      AND (h.device_id IS NULL OR h.device_id = d.id) AND (h.address_id IS NULL OR h.address_id = d.address_id)
    WHERE o.placed_at IS NOT NULL AND EXISTS (
      SELECT FROM (
        SELECT day, row_number() OVER (ORDER BY day) AS n FROM generate_series(
          (o.placed_at AT TIME ZONE 'Europe/Berlin')::date + 1,
          (o.placed_at AT TIME ZONE 'Europe/Berlin')::date + 14, interval '1 day') AS day
        WHERE extract(isodow FROM day) < 6
      ) workdays
      -- The merchant takes two or three working days.
      WHERE n IN (2, 3) AND day::date >= h.starts_on AND (h.ends_on IS NULL OR day::date <= h.ends_on)
    )`;

const PENDING = `SELECT order_id AS id FROM order_review WHERE status = 'pending' ORDER BY order_id`;

describe(`${CUSTOMERS} histories against the database, four workers at once (HISTORIES_SEED=${SEED})`, () => {
  let world: World;
  let workers: Rules[];
  let api: ApiDeps;
  let productId: string;
  let consumables: { id: string; customerId: string }[];
  const generator = xoroshiro128plus(SEED);
  const random = (): number => uniformFloat64(generator);
  const between = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  const violations = () => world.rows<Violation>(ORACLE);

  beforeAll(async () => {
    world = await createWorld();
    await setStaffSetting(world.database, 'review', {
      ...UNGUARDED.review,
      highPriceMinor: 5000,
      pauseDays: 1,
    });
    workers = [world.rules, ...(await Promise.all([1, 2, 3].map(() => world.anotherRules())))];
    const { database, clock, config, metrics } = world;
    api = { database, clock, config, metrics, log: silentLog, apiToken: 'x'.repeat(32) };
    const original = await seedConsumable(database, START);
    productId = original.productId;
    await world.rows('DELETE FROM consumable_state WHERE consumable_id = $1', original.consumableId);
    consumables = await world.rows(
      `WITH customers AS (
         INSERT INTO customer (name, email, time_zone, currency, created_at)
         SELECT 'C' || n, 'c' || n || '@example.org', 'Europe/Berlin', 'EUR', $1 FROM generate_series(1, $2::int) n RETURNING id
       ), devices AS (
         INSERT INTO device (customer_id, device_model_id, name, created_at)
         SELECT id, $3, 'Printer', $1 FROM customers CROSS JOIN generate_series(1, $4::int) RETURNING id, customer_id
       ), made AS (
         INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
         SELECT id, $3, 'black', customer_id, $5, 'automatic', $1 FROM devices RETURNING id, customer_id
       ), states AS (
         INSERT INTO consumable_state (consumable_id, evaluate_at) SELECT id, $1 FROM made
       )
       SELECT id, customer_id AS "customerId" FROM made`,
      new Date(START),
      CUSTOMERS,
      original.deviceModelId,
      DEVICES,
      productId,
    );
    // Each customer has two places, and devices at both.
    await world.rows(
      `WITH places AS (
         INSERT INTO address (customer_id, name, recipient, street, postal_code, city, country, created_at)
         SELECT id, n, 'R', 'S', '1', 'C', 'DE', $1 FROM customer CROSS JOIN unnest(ARRAY['Home', 'Lake']) n
         RETURNING id, customer_id, name
       ), numbered AS (
         SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS n FROM device
       )
       UPDATE device d SET address_id = p.id FROM numbered n JOIN places p ON p.customer_id = n.customer_id
       WHERE d.id = n.id AND p.name = CASE n.n % 2 WHEN 0 THEN 'Home' ELSE 'Lake' END`,
      new Date(START),
    );
    await grantAll();
    await reportAll(decline(START, 0.06, 0.02, 10));
  }, 120_000);
  afterAll(() => world[Symbol.asyncDispose]());

  const customers = () => [...new Set(consumables.map(({ customerId }) => customerId))];

  const grantAll = async (): Promise<void> => {
    const terms = customers().map((id) => ({
      id,
      price: between(4900, 6500),
      spend: between(4000, 16_000),
      orders: random() < 0.5 ? null : between(1, 3),
      days: random() < 0.7 ? null : between(1, 4),
    }));
    const at = new Date(START);
    await world.rows(
      `INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
       SELECT id, 'automatic-order', '1', '', '', 'en', 'test', 'customer', $2 FROM unnest($1::uuid[]) AS id`,
      terms.map(({ id }) => id),
      at,
    );
    await world.rows(
      `INSERT INTO mandate (consent_id, product_ids, currency, max_unit_price_minor, max_quantity,
         max_spend_per_month_minor, max_orders_per_month, min_days_between_orders, delivery_address)
       SELECT k.id, ARRAY[$1::uuid], 'EUR', t.price, 1, t.spend, t.orders, t.days, '{"city": "Berlin"}'
       FROM unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $6::int[]) AS t(id, price, spend, orders, days)
       JOIN consent k ON k.customer_id = t.id`,
      productId,
      terms.map(({ id }) => id),
      terms.map(({ price }) => price),
      terms.map(({ spend }) => spend),
      terms.map(({ orders }) => orders),
      terms.map(({ days }) => days),
    );
  };

  let sequence = 0;
  const reportAll = async (readings: readonly { at: number; level: number | string }[]): Promise<void> => {
    sequence += readings.length;
    await world.rows(
      `WITH stored AS (
         INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level, historical)
         SELECT c.id, r.at, r.seq, r.at, 'measured', r.level, false
         FROM unnest($1::uuid[]) AS c(id) CROSS JOIN unnest($2::timestamptz[], $3::bigint[], $4::float8[]) AS r(at, seq, level)
         RETURNING consumable_id, at, seq
       )
       INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
       SELECT consumable_id, array_agg(at ORDER BY at, seq), array_agg(seq ORDER BY at, seq), '{}', max(at)
       FROM stored GROUP BY consumable_id`,
      consumables.map(({ id }) => id),
      readings.map(({ at }) => new Date(at)),
      readings.map((_, i) => sequence - readings.length + i),
      readings.map(({ level }) => level),
    );
  };

  /** What a fifth of the customers do while the workers work. */
  const interfere = async (): Promise<void> => {
    const acting = customers().filter(() => random() < 0.15);
    for (const customerId of acting) {
      const choice = random();
      if (choice < 0.3) {
        const [consent] = await world.rows<{ id: string }>(
          'SELECT id FROM consent WHERE customer_id = $1',
          customerId,
        );
        await withdrawConsent(
          api,
          consent?.id ?? '',
          { method: 'test', reason: null },
          { caller: MACHINE, address: null },
        );
      } else if (choice < 0.8) {
        const from = new Date(world.clock.now() + between(0, 6) * DAY_MS).toISOString().slice(0, 10);
        const to = new Date(Date.parse(from) + between(0, 10) * DAY_MS).toISOString().slice(0, 10);
        const places = await world.rows<{ id: string; device: string }>(
          `SELECT a.id, d.id AS device FROM address a JOIN device d ON d.address_id = a.id
           WHERE a.customer_id = $1 ORDER BY random() LIMIT 1`,
          customerId,
        );
        const scope = random();
        await addHold(api, {
          customerId,
          addressId: scope < 0.4 ? (places[0]?.id ?? null) : null,
          deviceId: scope > 0.8 ? (places[0]?.device ?? null) : null,
          startsOn: from,
          endsOn: random() < 0.1 ? null : to,
          reason: null,
        });
      } else {
        // What the merchant refuses frees its money, and is wanted anew.
        const open = await world.rows<{ id: string }>(
          `SELECT id FROM "order" WHERE customer_id = $1 AND status = 'placing'`,
          customerId,
        );
        for (const { id: orderId } of open) {
          const at = world.clock.now();
          await transitionOrder(world.database.pool, {
            orderId,
            to: 'rejected',
            at,
            actor: 'merchant',
            reason: null,
          });
        }
      }
    }
  };

  /** What the staff do meanwhile: approve, decline, halt a customer and lift it again. */
  const supervise = async (): Promise<void> => {
    const items = await world.rows<{ id: string }>(PENDING);
    for (const verdict of ['approve', 'decline'] as const) {
      const orderIds = items
        .map(({ id }) => id)
        .filter((_, i) => random() < 0.7 && (i % 5 === 0) === (verdict === 'decline'));
      if (orderIds.length > 0) await decideReviews(api, { orderIds, verdict, reason: 'Test.' }, MACHINE);
    }
    const at = new Date(world.clock.now());
    await world.rows('UPDATE halt SET lifted_at = $1 WHERE lifted_at IS NULL AND created_at < $1', at);
    await world.rows(
      `INSERT INTO halt (customer_id, reason, actor, created_at)
       SELECT id, 'Test.', 'ops', $1 FROM customer WHERE id = ANY ($2::uuid[])`,
      at,
      customers().filter(() => random() < 0.1),
    );
  };

  /** Somebody presses the button, some of them twice. */
  const press = async (): Promise<void> => {
    const pressed = consumables.filter(() => random() < 0.05).flatMap((one) => [one.id, one.id]);
    await world.rows(
      `INSERT INTO consumable_event (device_id, consumable_id, type, at, seq, received_at)
       SELECT c.device_id, c.id, 'button', $2, n, $2 FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, n)
       JOIN consumable c ON c.id = t.id`,
      pressed,
      new Date(world.clock.now()),
    );
  };

  test('no order breaks a mandate, outlives its consent, arrives inside a hold or passes the staff by', {
    timeout: 240_000,
  }, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 3 === 2) await world.rows('UPDATE product SET unit_price_minor = $1', between(4800, 6200));
      await press();
      await Promise.all([...workers.map((worker) => worker.drain()), interfere(), supervise()]);
      expect(await violations()).toEqual([]);
      world.clock.advanceTo(world.clock.now() + between(20, 50) * HOUR_MS);
      await reportAll([{ at: world.clock.now(), level: 0.05 }]);
    }
    await Promise.all(workers.map((worker) => worker.drain()));
    expect(await violations()).toEqual([]);
    const [counts] = await world.rows<Record<string, number>>(
      `SELECT count(*)::int AS orders, count(placed_at)::int AS placed,
         count(*) FILTER (WHERE status = 'cancelled')::int AS cancelled FROM "order"`,
    );
    // Histories in which nothing happens would prove nothing.
    expect(counts?.['orders']).toBeGreaterThan(CUSTOMERS / 2);
    expect(counts?.['placed']).toBeGreaterThan(CUSTOMERS / 4);
    expect(counts?.['cancelled']).toBeGreaterThan(0);
    const [guarded] = await world.rows<Record<string, number>>(
      `SELECT count(*) FILTER (WHERE status = 'approved')::int AS approved,
         count(*) FILTER (WHERE status = 'declined')::int AS declined,
         (SELECT count(*)::int FROM "order" WHERE origin = 'button' AND placed_at IS NOT NULL) AS pressed FROM order_review`,
    );
    for (const what of ['approved', 'declined', 'pressed']) expect(guarded?.[what], what).toBeGreaterThan(0);
  });

  test('control: what no guard stopped is seen', async () => {
    const [consent] = await world.rows<{ id: string; customerId: string }>(
      `SELECT k.id, k.customer_id AS "customerId"
       FROM consent k JOIN mandate m ON m.consent_id = k.id JOIN consumable c ON c.customer_id = k.customer_id
       WHERE NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)
       ORDER BY m.max_unit_price_minor, k.id LIMIT 1`,
    );
    const own = consumables.filter(({ customerId }) => customerId === consent?.customerId);
    await world.rows('DROP INDEX order_one_open_per_consumable');
    const now = world.clock.now();
    for (let i = 0; i < 5; i += 1) {
      await world.rows(
        `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, consent_id, status, quantity, fillings,
           unit_price_minor, total_minor, currency, created_at, announced_at, placed_at)
         SELECT $1, $2, p.id, p.merchant_id, $3, 'placing', 1, 1, 9000, 9000, 'EUR', $4, $4, $4 FROM product p LIMIT 1`,
        consent?.customerId,
        own[0]?.id,
        consent?.id,
        new Date(now),
      );
    }
    await world.rows(
      `INSERT INTO hold (customer_id, starts_on, created_at) VALUES ($1, $2, $3)`,
      consent?.customerId,
      new Date(now - 30 * DAY_MS),
      new Date(now - DAY_MS),
    );
    await world.rows(
      `INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method) VALUES ($1, $2, 'test', 'test')`,
      consent?.id,
      new Date(now - 1),
    );
    await world.rows(
      `INSERT INTO order_review (order_id, customer_id, flags, status, approvals_needed, created_at, decide_by)
       SELECT id, customer_id, '[]', 'pending', 1, $2, $2 FROM "order" o WHERE consumable_id = $1 AND status = 'placing'
         AND NOT EXISTS (SELECT FROM order_review r WHERE r.order_id = o.id) LIMIT 1`,
      own[0]?.id,
      new Date(now),
    );
    await world.rows(
      `INSERT INTO halt (customer_id, reason, actor, created_at) VALUES ($1, 'Test.', 'ops', $2)`,
      consent?.customerId,
      new Date(now - DAY_MS),
    );
    const seen = new Set((await violations()).map(({ what }) => what.split(' ')[0]));
    for (const what of ['spend', 'price', 'withdrawn', 'inside', 'unreviewed', 'halted'])
      expect(seen).toContain(what);
  });
});
