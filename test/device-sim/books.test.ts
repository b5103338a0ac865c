import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPlatform } from '../../compose.ts';
import { exitCodeOf } from '../../device-sim/demo/report.ts';
import { runDemo } from '../../device-sim/demo/run-demo.ts';
import { type FaultRates, NO_FAULTS } from '../../device-sim/merchant/faults.ts';
import { ManualClock } from '../../platform/clock.ts';
import { parseConfig } from '../../platform/config.ts';
import { createTestDatabase } from '../support/database.ts';
import { silentLog } from '../support/log.ts';

const START = Date.parse('2027-03-01T00:00:00Z');
const HOUR_MS = 3_600_000;

/** A small world that has lived its days on a real platform; both stay up until it is closed. */
async function runSmallWorld(faults: FaultRates = NO_FAULTS) {
  const testDatabase = await createTestDatabase(START);
  const clock = new ManualClock(START);
  const config = parseConfig({
    DATABASE_URL: testDatabase.url,
    NEVEROUT_API_TOKEN: 'a-token-for-the-books-test',
    HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MQTT_PORT: '0',
    MQTT_MESSAGES_PER_SECOND: '5000',
    MQTT_CONNECTIONS_PER_MINUTE: '100000',
  });
  const platform = await startPlatform({
    config,
    clock,
    log: silentLog,
    durability: 'throw-away',
    pace: 'lock-step',
  });
  const { database, apiToken, ports, drain } = platform;
  const demo = await runDemo({
    platform: {
      database,
      apiToken,
      mqttPort: ports['mqtt'] ?? 0,
      httpUrl: `http://127.0.0.1:${ports['http'] ?? 0}`,
      drain,
    },
    clock,
    days: 12,
    devices: 10,
    seed: 3,
    captured: [],
    speed: null,
    cancelWindowMs: 24 * HOUR_MS,
    faults,
    progress: { show: () => {}, say: () => {}, done: () => {} },
    stopped: () => false,
  });
  return {
    demo,
    platform,
    [Symbol.asyncDispose]: async () => {
      await demo.close();
      await platform.close();
      await testDatabase[Symbol.asyncDispose]();
    },
  };
}

/** A run takes seconds; the machine may be busy with other tests, and no time is asserted. */
const LONGEST_RUN_MS = 240_000;

describe('of a merchant that behaves', () => {
  let world: Awaited<ReturnType<typeof runSmallWorld>>;
  beforeAll(async () => {
    world = await runSmallWorld();
  }, LONGEST_RUN_MS);
  afterAll(() => world[Symbol.asyncDispose]());

  test('the books agree when nobody tampers', () => {
    const { report } = world.demo;
    expect(report.disagreements).toEqual([]);
    expect(exitCodeOf(report)).toBe(0);
    const { violations } = report;
    for (const name of ['withoutConsent', 'insideHold', 'duplicate'] as const) {
      expect(exitCodeOf({ ...report, violations: { ...violations, [name]: 1 } })).toBe(1);
    }
    expect(report.readings.stored).toBe(report.readings.acknowledged);
    expect(report.merchant.delivered).toBeGreaterThan(0);
  });

  test('a lost reading, an invented one, a changed order and a lost one are each told', async () => {
    const { pool } = world.platform.database;
    await pool.query(
      `DELETE FROM reading WHERE (consumable_id, at, seq) IN (SELECT consumable_id, at, seq FROM reading ORDER BY at LIMIT 1)`,
    );
    await pool.query(
      `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level)
       SELECT consumable_id, at, seq + 5000, received_at, level_kind, level FROM reading ORDER BY at DESC LIMIT 1`,
    );
    await pool.query(
      `UPDATE "order" SET total_minor = total_minor + 1 WHERE id = (SELECT min(id::text)::uuid FROM "order" WHERE status IN ('delivered', 'installed'))`,
    );
    await pool.query(
      `UPDATE "order" SET status = 'lost' WHERE id = (SELECT max(id::text)::uuid FROM "order" WHERE status IN ('delivered', 'installed'))`,
    );
    const report = await world.demo.compareBooks();
    expect(report.disagreements).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^1 readings of .* were acknowledged but are not stored/),
        expect.stringMatching(/^1 stored readings of .* were never acknowledged/),
        expect.stringMatching(/^Purchase P-\d+ costs \d+ at the merchant but \d+ on the platform\.$/),
        expect.stringMatching(/^Purchase P-\d+ is delivered at the merchant but lost on the platform\.$/),
      ]),
    );
    expect(report.disagreements).toHaveLength(4);
    expect(exitCodeOf(report)).toBe(1);
  });
});

test(
  'a merchant that fails, falls silent after booking and repeats itself sells nothing twice',
  async () => {
    const faults = { ...NO_FAULTS, errorBefore: 0.25, silentAfter: 0.35, webhookTwice: 0.4 };
    await using world = await runSmallWorld(faults);
    const { report } = world.demo;
    const calls = await world.platform.metrics.merchantCalls.get();
    const unanswered = calls.values.filter(({ labels }) => labels.outcome === 'unknown').length;
    expect(report.disagreements).toEqual([]);
    expect(report.violations).toEqual({ withoutConsent: 0, insideHold: 0, duplicate: 0 });
    expect(unanswered).toBeGreaterThan(0);
    expect(report.merchant.delivered).toBeGreaterThan(0);
  },
  LONGEST_RUN_MS,
);
