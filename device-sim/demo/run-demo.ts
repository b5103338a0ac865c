import { statsSchema } from '../../contracts/http/operations.ts';
import type { Instant } from '../../core/types.ts';
import type { ManualClock } from '../../platform/clock.ts';
import type { DeviceKind } from '../fleet/device-kind.ts';
import type { LinkOptions } from '../fleet/device-link.ts';
import type { Link } from '../fleet/link.ts';
import type { SimDevice } from '../fleet/sim-device.ts';
import { buildMerchant, type SimulatedMerchant } from '../merchant/build-merchant.ts';
import type { FaultRates } from '../merchant/faults.ts';
import { ApiClient } from './api-client.ts';
import { checkBooks } from './books.ts';
import { putBehindBridge } from './bridged-printers.ts';
import { goodsOf, SHIPPING_MINOR } from './goods.ts';
import { STEPS_PER_DAY } from './misdeeds.ts';
import { Parcels } from './parcels.ts';
import { People } from './people.ts';
import type { PlatformHandle } from './platform-handle.ts';
import type { Progress } from './progress.ts';
import { registerWorld } from './register-world.ts';
import { makeReport, type Report } from './report.ts';
import { Simulation } from './simulation.ts';
import { Staff } from './staff.ts';
import { createStory } from './story.ts';
import type { World } from './world.ts';
import { planWorld, type WorldPlan } from './world-plan.ts';

export interface DemoRun {
  readonly platform: PlatformHandle;
  readonly clock: ManualClock;
  readonly days: number;
  readonly devices: number;
  readonly seed: number;
  /** Real printers to replay; empty: the catalogue alone. */
  readonly captured: readonly DeviceKind[];
  /** Simulated days in a real second, at most; null: as fast as it goes. */
  readonly speed: number | null;
  readonly cancelWindowMs: number;
  readonly progress: Progress;
  /** How the merchant misbehaves; left out: not at all. */
  readonly faults?: FaultRates;
  /** Printers that a bridge reads, and their way through it; left out: every device connects by itself. */
  readonly bridge?: {
    readonly printers: number;
    readonly linkFor: (device: SimDevice, link: LinkOptions) => Promise<Link>;
  };
  /** Asked between two steps. */
  readonly stopped: () => boolean;
}

/** The world after its days: still connected, until it is closed. */
export interface FinishedDemo {
  readonly report: Report;
  /** The books compared once more: what became of them since the report. */
  readonly compareBooks: () => Promise<Report>;
  readonly merchantUrl: string;
  /** Lives on at the clock's pace: merchant, devices and platform up to the clock's now. */
  readonly liveOn: (from: Instant) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Business days from order to delivery: mostly two or three. */
const LEAD_TIME_PMF = [0, 0.15, 0.45, 0.3, 0.1];
const MERCHANT_KEY = 'token-of-the-simulated-merchant';

/** Builds the world of the seed around the platform, runs it, and checks the books. */
export async function runDemo(run: DemoRun): Promise<FinishedDemo> {
  const stage = await setStage(run);
  const { world, merchant, api, simulation } = stage;
  const close = async () => {
    await Promise.all(world.devices.map((device) => device.close()));
    await merchant.app.close();
  };
  try {
    await Promise.all(world.devices.map((device) => device.open()));
    const startedAt = performance.now();
    await simulation.run(run.stopped, async (step) => {
      if (step % STEPS_PER_DAY === 0) await showDay(run, step / STEPS_PER_DAY, world, merchant);
      await keepPace(run.speed, step, startedAt);
    });
    run.progress.done();
    const seconds = (performance.now() - startedAt) / 1000;
    const compareBooks = async () => {
      const { refused } = await api.get('/v1/stats', statsSchema);
      return await closeBooks(run, stage, refused, seconds);
    };
    const report = await compareBooks();
    const liveOn = (from: Instant) => simulation.live(from, run.clock.now());
    return { report, compareBooks, merchantUrl: stage.merchantUrl, liveOn, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Everything of the world, registered but not yet alive. */
interface Stage {
  readonly plan: WorldPlan;
  readonly world: World;
  readonly merchant: SimulatedMerchant;
  readonly merchantUrl: string;
  readonly api: ApiClient;
  readonly people: People;
  readonly staff: Staff;
  readonly parcels: Parcels;
  readonly simulation: Simulation;
}

async function setStage(run: DemoRun): Promise<Stage> {
  const { platform, clock, progress, seed } = run;
  const { plan, names } = putBehindBridge(
    planWorld({ ...run, start: clock.now() }),
    run.bridge?.printers ?? 0,
  );
  const bridgeFor = (device: SimDevice, link: LinkOptions) =>
    names.includes(device.plan.name) && run.bridge !== undefined
      ? run.bridge.linkFor(device, link)
      : Promise.resolve(undefined);
  const merchant = buildMerchant({
    clock,
    apiKey: MERCHANT_KEY,
    seed,
    items: goodsOf(plan),
    leadTimePmf: LEAD_TIME_PMF,
    calendar: { timeZone: 'Europe/Berlin', closures: [], holds: [] },
    shippingMinor: SHIPPING_MINOR,
    ...(run.faults === undefined ? {} : { faults: run.faults }),
  });
  const merchantUrl = await merchant.app.listen({ host: '127.0.0.1', port: 0 });
  const api = new ApiClient(platform.httpUrl, platform.apiToken);
  const world = await registerWorld({
    api,
    plan,
    merchant: { url: merchantUrl, apiKey: MERCHANT_KEY, leadTimePmf: LEAD_TIME_PMF },
    mqtt: { host: '127.0.0.1', port: platform.mqttPort },
    bridgeFor,
  }).catch(async (error: unknown) => {
    await merchant.app.close();
    throw error;
  });
  merchant.webhooks.subscribe({
    url: `${platform.httpUrl}/v1/merchants/${world.merchantId}/webhooks`,
    secret: world.webhookSecret,
  });
  const story = createStory(progress.say);
  const purchases = () => merchant.ledger.purchases.length;
  const staff = new Staff(api, story);
  await staff.prepare();
  const people = new People({ api, world, story, start: plan.start, days: plan.days, purchases });
  const parcels = new Parcels({ api, ledger: merchant.ledger, world, story });
  const { drain } = platform;
  const simulation = new Simulation({ clock, plan, world, merchant, parcels, people, staff, story, drain });
  return { plan, world, merchant, merchantUrl, api, people, staff, parcels, simulation };
}

/** Compares the platform's books with the world's and sums the run up. */
async function closeBooks(
  run: DemoRun,
  { plan, world, merchant, people, staff, parcels }: Stage,
  refused: Readonly<Record<string, number>>,
  seconds: number,
): Promise<Report> {
  const { pool } = run.platform.database;
  const { purchases } = merchant.ledger;
  const disagreements = await checkBooks({
    pool,
    devices: world.devices,
    purchases,
    parcels,
    cancelledByWithdrawal: people.cancelledByWithdrawal,
    declinedByStaff: staff.declinedOrders,
    refused,
    webhooksWaiting: merchant.webhooks.waiting,
  });
  return makeReport({
    pool,
    plan,
    world,
    purchases,
    parcels: parcels.all,
    refused,
    disagreements,
    review: staff.decided,
    leadTimePmf: LEAD_TIME_PMF,
    cancelWindowMs: run.cancelWindowMs,
    until: run.clock.now(),
    seconds: Math.round(seconds * 10) / 10,
  });
}

async function showDay(run: DemoRun, day: number, world: World, merchant: SimulatedMerchant): Promise<void> {
  const { rows } = await run.platform.database.pool.query<{ status: string; count: number }>(
    'SELECT status, count(*)::int AS count FROM "order" GROUP BY 1',
  );
  run.progress.show({
    now: run.clock.now(),
    day,
    days: run.days,
    readings: world.devices.reduce(
      (sum, { book, device }) => sum + book.acknowledged.size * device.slots.length,
      0,
    ),
    orders: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
    purchases: merchant.ledger.purchases.length,
    stockouts: [...world.places.values()].reduce((sum, { slot }) => sum + slot.stockouts.length, 0),
  });
}

/** Waits until real time has caught up with the simulated days. */
async function keepPace(speed: number | null, step: number, startedAt: number): Promise<void> {
  if (speed === null) return;
  const dueAt = startedAt + (step / STEPS_PER_DAY / speed) * 1000;
  const early = dueAt - performance.now();
  if (early > 0) await new Promise((done) => setTimeout(done, early));
}
