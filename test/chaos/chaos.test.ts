import type { Pool } from 'pg';
import { describe, expect, test } from 'vitest';
import { platformSpendOf } from '../../chaos-spend.ts';
import { HOUR_MS } from '../../core/types.ts';
import type { BookOrder } from '../../device-sim/chaos/balance.ts';
import { checkLimits } from '../../device-sim/chaos/limits.ts';
import type { ChaosReport } from '../../device-sim/chaos/report.ts';
import { runChaos } from '../../device-sim/chaos/run-chaos.ts';
import { type ChaosSettings, settingsOf } from '../../device-sim/chaos/settings.ts';
import type { Purchase } from '../../device-sim/merchant/purchase.ts';

/** Of npm run chaos, as much as fits into the suite; docs/chaos.md has the figures of a long one. */
const SHORT: ChaosSettings = {
  ...settingsOf(0, 11),
  stormMs: 2_000,
  // A busy machine needs it: what counts is what happened, not when.
  longestMs: 150_000,
  stepSimMs: 3 * HOUR_MS,
  customers: 5,
  devicesEach: 2,
  atLeast: { purchases: 8, kills: 3, restarts: 1, forgeries: 1 },
  forgedShare: 0.5,
  killEveryMs: 600,
  cutEveryMs: 2_000,
  restartEveryMs: 2_500,
};

/**
 * Whatever the code of a worker sees to is gone: every automatic order is made twice. What is left is the index, which
 * lets only one of them be.
 */
const MAKE_TWICE = `
  CREATE FUNCTION make_twice() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE again uuid := uuidv7();
  BEGIN
    INSERT INTO "order" SELECT (jsonb_populate_record(NEW, jsonb_build_object('id', again, 'replaces_order_id', NULL))).*
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
      INSERT INTO order_history (order_id, at, to_status, actor) VALUES (again, NEW.created_at, NEW.status, 'evaluation');
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER make_twice AFTER INSERT ON "order" FOR EACH ROW
  WHEN (NEW.status = 'announced' AND pg_trigger_depth() = 0) EXECUTE FUNCTION make_twice();`;

const brief = ({ violations, orders, kills, purchases }: ChaosReport) =>
  JSON.stringify({ violations, orders, kills, purchases }, null, 2);

const run = (
  change: Partial<ChaosSettings>,
  prepare: (pool: Pool) => Promise<unknown>,
): Promise<ChaosReport> =>
  runChaos({ ...SHORT, ...change }, { say: () => undefined, spendOf: platformSpendOf, prepare });

test('a short storm: processes killed, the database restarted, a merchant that misbehaves; the books balance', async () => {
  const report = await run({}, (pool) => pool.query(MAKE_TWICE));
  expect(report.balanced, brief(report)).toBe(true);
  expect(report.purchases.all).toBeGreaterThanOrEqual(8);
  expect(report.kills.all).toBeGreaterThanOrEqual(3);
  expect(report.webhooks.forged['401']).toBeGreaterThanOrEqual(1);
}, 300_000);

test('control: without Idempotency-Key and without the index there are duplicates, and the books say so', async () => {
  const calm = { killEveryMs: 1_000_000, cutEveryMs: 1_000_000, restartEveryMs: 1_000_000 };
  const report = await run(
    {
      ...calm,
      ignoresKeys: true,
      lateShare: 0.5,
      atLeast: { purchases: 20, kills: 0, restarts: 0, forgeries: 0 },
    },
    (pool) => pool.query(`DROP INDEX order_one_open_per_consumable; ${MAKE_TWICE}`),
  );
  expect(report.balanced).toBe(false);
  const { violations } = report;
  const bought = violations['purchases at the merchant = accepted orders here, one each'] ?? [];
  expect(bought.filter((found) => found.startsWith('Bought twice'))).not.toEqual([]);
  expect(violations['at most one open order a consumable']).not.toEqual([]);
}, 300_000);

describe('the limits of a month, by the books', () => {
  const order = (id: string, totalMinor: number, change: Partial<BookOrder> = {}): BookOrder => ({
    ...{ id, customerId: 'c', consentId: 'k', productId: 'p', status: 'delivered', quantity: 1 },
    ...{
      unitPriceMinor: totalMinor,
      totalMinor,
      currency: 'EUR',
      merchantReference: id,
      timeZone: 'Europe/Berlin',
    },
    announcedAt: new Date(Date.UTC(2027, 2, Number(id))),
    ...change,
  });
  const check = (...orders: BookOrder[]) => {
    const purchases = orders.map(({ id }) => ({ clientReference: id, status: 'delivered' }) as Purchase);
    return checkLimits(orders, purchases, () => 10_000);
  };

  test('an order beyond what its mandate allows is found, with what was spent before it', () => {
    expect(check(order('1', 6_000), order('2', 4_000))).toEqual([]);
    expect(check(order('1', 6_000), order('2', 4_001))).toEqual([
      'c 2027-03: order 2 brought it to 10001, the mandate allows 10000',
    ]);
  });

  test('one that its customer approved may go beyond it, and counts against those after it', () => {
    expect(check(order('1', 6_000), order('2', 9_000, { consentId: null }))).toEqual([]);
    expect(check(order('1', 9_000, { consentId: null }), order('2', 2_000))).toHaveLength(1);
  });

  test('what came back or got lost is nobody’s money, and another month is another', () => {
    expect(check(order('1', 9_000, { status: 'returned' }), order('2', 9_000))).toEqual([]);
    expect(
      check(order('1', 9_000), order('2', 9_000, { announcedAt: new Date(Date.UTC(2027, 3, 2)) })),
    ).toEqual([]);
  });
});
