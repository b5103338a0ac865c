import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Instant } from '../../core/types.ts';
import { countBoxes } from '../demo/report.ts';
import {
  type BookOrder,
  checkConsents,
  checkMoney,
  checkPurchases,
  merchantLedger,
  platformLedger,
  readOrders,
} from './balance.ts';
import { Conductor } from './conductor.ts';
import { Life } from './life.ts';
import { checkLimits } from './limits.ts';
import { checkOneOpen, readAskedBack } from './one-open.ts';
import { ChaosPeople } from './people.ts';
import type { ChaosReport } from './report.ts';
import type { ChaosSettings } from './settings.ts';
import { settle } from './settle.ts';
import { ChaosStaff } from './staff.ts';
import { openStage, type Stage } from './stage.ts';
import { Storm } from './storm.ts';
import { checkNotices, checkReadings, checkStuck, type Waiting } from './stuck.ts';

export interface ChaosDeps {
  readonly say: (line: string) => void;
  /** Of tests: what else is done to the run's database before the storm. */
  readonly prepare?: (pool: Pool) => Promise<unknown>;
  /** Ends the run early: what was started is stopped, and the run fails. */
  readonly stop?: AbortSignal;
  /** What the platform itself counts as spent in the month of `now`, by customer: the query of its spend limit. */
  readonly spendOf: (
    pool: Pool,
    customerIds: readonly string[],
    now: Instant,
  ) => Promise<ReadonlyMap<string, number>>;
}

const ACT_EVERY_MS = 500;

/** One run: a storm over a real platform of several processes, the quiet after it, and the balance of the books. */
export async function runChaos(settings: ChaosSettings, deps: ChaosDeps): Promise<ChaosReport> {
  const stage = await openStage(settings, deps.say);
  deps.stop?.addEventListener('abort', () => void stage.close());
  try {
    const life = new Life(stage);
    const conductor = new Conductor(stage, settings.stepSimMs);
    const storm = new Storm(stage, settings, conductor);
    const people = new ChaosPeople(stage.api, stage.world, settings.seed);
    const staff = new ChaosStaff(stage.api, settings.seed);
    await staff.prepare();
    await deps.prepare?.(stage.postgres.pool);
    life.start();
    conductor.start();
    deps.say(`The storm blows for ${settings.stormMs / 1000} s …`);
    await Promise.all([storm.blow(), live(people, storm), live(staff, storm), tell(stage, storm, deps.say)]);
    deps.say('It is over; what was begun comes to its end …');
    const waiting = await settle(stage, life, conductor, staff, deps.say);
    return await audit({ stage, settings, storm, people, staff, waiting, heldMs: conductor.heldMs }, deps);
  } finally {
    await stage.close();
  }
}

async function live(somebody: { act(): Promise<void> }, storm: Storm): Promise<void> {
  while (!storm.isOver) {
    await wait(ACT_EVERY_MS);
    await somebody.act();
  }
}

const TELL_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** How it goes, while it blows. */
async function tell(stage: Stage, storm: Storm, say: (line: string) => void): Promise<void> {
  const { workers, merchant, relay } = stage;
  const start = performance.now();
  let toldAt = start;
  while (!storm.isOver) {
    await wait(LOOK_EVERY_MS);
    if (performance.now() - toldAt < TELL_EVERY_MS) continue;
    toldAt += TELL_EVERY_MS;
    const up = (['api', 'broker', 'rules'] as const).map((role) => {
      const names = workers.namesOf(role);
      return `${names.filter((name) => workers.isUp(name)).length}/${names.length} ${role}`;
    });
    const seconds = Math.round((performance.now() - start) / 1000);
    const { purchases } = merchant.ledger;
    say(
      `  ${seconds} s: ${purchases.length} bought, ${workers.kills} kills, ${relay.waiting} webhooks under way; up ${up.join(', ')}`,
    );
  }
}

interface Finished {
  readonly stage: Stage;
  readonly settings: ChaosSettings;
  readonly storm: Storm;
  readonly people: ChaosPeople;
  readonly staff: ChaosStaff;
  readonly waiting: readonly Waiting[];
  readonly heldMs: number;
}

async function audit(finished: Finished, deps: ChaosDeps): Promise<ChaosReport> {
  const { stage, settings, storm, people, staff, waiting } = finished;
  const { postgres, merchant, relay, workers, killPoints, smtp, dice } = stage;
  const orders = await readOrders(postgres);
  const { purchases } = merchant.ledger;
  const askedBack = await readAskedBack(postgres);
  const readings = await checkReadings(postgres, stage.devices);
  const violations = {
    'purchases at the merchant = accepted orders here, one each': checkPurchases(
      orders,
      purchases,
      relay.givenUp,
      askedBack,
    ),
    'at most one open order a consumable': await checkOneOpen(postgres),
    'every order has a consent that covered it': await checkConsents(postgres, orders, purchases, askedBack),
    'every reserved amount is settled or released': await moneyOf(finished, orders, askedBack, deps),
    'no automatic order without a delivered notice': await checkNotices(postgres),
    'nothing is stuck': checkStuck(waiting),
    'every acknowledged reading is stored, once': readings.found,
    'forged webhooks are refused': [...relay.forgeriesTaken, ...unforged(stage)],
    'no process ends by itself': workers.crashes,
    'something happened': purchases.length === 0 ? ['nothing was bought'] : [],
  };
  const byStatus = countBy(orders.map(({ status }) => status));
  const cancelled = purchases.filter(({ status }) => status === 'cancelled').length;
  return {
    seed: settings.seed,
    stormSeconds: Math.round(storm.blownMs / 1000),
    balanced: Object.values(violations).every((found) => found.length === 0),
    violations,
    orders: { all: orders.length, accepted: purchases.length, byStatus },
    purchases: {
      all: purchases.length,
      shared: countBoxes(purchases).shared,
      cancelled,
      minor: purchases.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
    },
    kills: { all: workers.kills, byPoint: Object.fromEntries(killPoints.hits) },
    faults: Object.fromEntries(dice.counts),
    storm: { ...storm.did, timeHeldSeconds: Math.round(finished.heldMs / 1000) },
    failedStarts: Object.fromEntries(workers.failedStarts),
    people: { ...people.did, ...staff.did },
    webhooks: {
      answers: Object.fromEntries(relay.answers),
      forged: Object.fromEntries(relay.forgeries),
      givenUp: relay.givenUp.size,
    },
    mails: { accepted: smtp.accepted, refused: smtp.refused },
    reports: { acknowledged: readings.acknowledged },
  };
}

/** Webhooks that make a forgery all but certain; then one must have been tried, and refused. */
const FORGED_BY_THEN = 100;

function unforged({ relay }: Stage): string[] {
  const told = [...relay.answers.values()].reduce((sum, n) => sum + n, 0);
  return told >= FORGED_BY_THEN && relay.forgeriesRefused === 0 ? ['None was tried and refused'] : [];
}

/** By status and month against the merchant's books, and the current month also by the platform's own query. */
async function moneyOf(
  { stage }: Finished,
  orders: readonly BookOrder[],
  askedBack: ReadonlySet<string>,
  { spendOf }: ChaosDeps,
): Promise<string[]> {
  const { merchant, world, clock, postgres } = stage;
  const limits = new Map(world.customers.map(({ id, maxSpendPerMonthMinor }) => [id, maxSpendPerMonthMinor]));
  const books = merchantLedger(orders, merchant.ledger.purchases, askedBack);
  const found = [
    ...checkMoney(platformLedger(orders), books),
    ...checkLimits(orders, merchant.ledger.purchases, (id) => limits.get(id) ?? 0),
  ];
  const now = clock.now();
  const own = await spendOf(postgres.pool, [...limits.keys()], now);
  const month = new Date(now).toISOString().slice(0, 7);
  for (const [customerId, minor] of own) {
    const theirs = books.get(`${customerId} ${month}`) ?? 0;
    if (minor !== theirs)
      found.push(`${customerId}: the spend limit counts ${minor} in ${month}, the merchant ${theirs}`);
  }
  return found;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
