import { expect, test } from 'vitest';
import { platformSpendOf } from '../../chaos-spend.ts';
import { HOUR_MS } from '../../core/types.ts';
import type { ChaosReport } from '../../device-sim/chaos/report.ts';
import { runChaos } from '../../device-sim/chaos/run-chaos.ts';
import { type ChaosSettings, settingsOf } from '../../device-sim/chaos/settings.ts';

/** Of npm run chaos, as much as fits into the suite; docs/chaos.md has the figures of a long one. */
const SHORT: ChaosSettings = {
  ...settingsOf(0, 11),
  stormMs: 2_000,
  longestMs: 30_000,
  stepSimMs: 3 * HOUR_MS,
  customers: 5,
  devicesEach: 2,
  atLeast: { purchases: 8, kills: 3, restarts: 1 },
  killEveryMs: 600,
  cutEveryMs: 2_000,
  restartEveryMs: 2_500,
};

const brief = ({ violations, orders, kills, purchases }: ChaosReport) =>
  JSON.stringify({ violations, orders, kills, purchases }, null, 2);

const run = (change: Partial<ChaosSettings>): Promise<ChaosReport> =>
  runChaos({ ...SHORT, ...change }, { say: () => undefined, spendOf: platformSpendOf });

test('a short storm: processes killed, the database restarted, a merchant that misbehaves; the books balance', async () => {
  const report = await run({});
  expect(report.balanced, brief(report)).toBe(true);
  expect(report.purchases.all).toBeGreaterThanOrEqual(8);
  expect(report.kills.all).toBeGreaterThanOrEqual(3);
}, 300_000);

test('control: a merchant that knows no Idempotency-Key sells twice, and the books say so', async () => {
  const report = await run({
    ignoresKeys: true,
    lateShare: 0.5,
    killEveryMs: 1_000_000,
    cutEveryMs: 1_000_000,
    restartEveryMs: 1_000_000,
    atLeast: { purchases: 20, kills: 0, restarts: 0 },
  });
  expect(report.balanced).toBe(false);
  const [purchases = []] = Object.values(report.violations);
  expect(purchases.filter((found) => found.startsWith('Bought twice'))).not.toEqual([]);
}, 300_000);
