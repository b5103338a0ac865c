import { DAY_MS, type Instant } from '../../core/types.ts';
import type { Database } from '../../platform/database.ts';
import type { Purchase } from '../merchant/purchase.ts';
import { promise } from '../merchant/purchase.ts';
import { countOf } from './count-of.ts';
import { CURRENCY, SHIPPING_MINOR } from './goods.ts';
import { isCovered } from './roles.ts';
import { readSentences, type ToldDecision } from './sentences.ts';
import { judge, type Violations } from './violations.ts';
import type { Parcel, Place, World } from './world.ts';
import type { WorldPlan } from './world-plan.ts';

/** The summary of a run; the keys of the JSON report. Everything but `seconds` depends on the seed alone. */
export interface Report {
  readonly seed: number;
  readonly days: number;
  readonly devices: number;
  readonly customers: number;
  readonly consumables: number;
  readonly from: string;
  readonly until: string;
  readonly readings: { readonly sent: number; readonly acknowledged: number; readonly stored: number };
  readonly refused: Readonly<Record<string, number>>;
  readonly orders: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  /** What customers answered to proposals. */
  readonly answers: { readonly approved: number; readonly declined: number };
  /** What the staff decided about orders that waited for them. */
  readonly review: { readonly approved: number; readonly declined: number };
  /** Of automatic orders: those written, those that reached their customers, and those that could not. */
  readonly announcements: Readonly<Record<'written' | 'delivered' | 'failed', number>>;
  readonly merchant: {
    readonly purchases: number;
    readonly delivered: number;
    readonly spentMinor: number;
    readonly currency: string;
  };
  /** Boxes that the merchant packed, the purchases that shared one, and what they would have paid for shipping. */
  readonly parcels: {
    readonly boxes: number;
    readonly shared: number;
    readonly perPurchase: number;
    readonly savedMinor: number;
  };
  readonly violations: Violations;
  readonly stockouts: number;
  readonly stockoutsUnavoidable: number;
  readonly stockoutsUncovered: number;
  /** The covered ones, in the order of time. */
  readonly stockoutList: readonly {
    readonly day: number;
    readonly customer: string;
    readonly consumable: string;
  }[];
  readonly cycles: number;
  readonly medianDaysEarly: number | null;
  /** Orders whose filling was really put in; of those, seen by the platform; and seen where none was. */
  readonly installations: { readonly real: number; readonly recognised: number; readonly imagined: number };
  readonly captures: readonly string[];
  readonly sentences: readonly ToldDecision[];
  readonly disagreements: readonly string[];
  readonly seconds: number;
}

export interface ReportInput {
  readonly pool: Database['pool'];
  readonly plan: WorldPlan;
  readonly world: World;
  readonly purchases: readonly Purchase[];
  readonly parcels: readonly Parcel[];
  readonly refused: Readonly<Record<string, number>>;
  readonly disagreements: readonly string[];
  readonly review: Report['review'];
  readonly leadTimePmf: readonly number[];
  readonly cancelWindowMs: number;
  readonly until: Instant;
  readonly seconds: number;
}

/** Placements are judged by the same gates again, but they are not decisions of their own. */
const DECISIONS =
  "SELECT outcome AS name, count(*)::int AS count FROM decision WHERE stage = 'evaluation' GROUP BY 1";

export async function makeReport(input: ReportInput): Promise<Report> {
  const { pool, plan, world, purchases, parcels, refused, disagreements, review, until, seconds } = input;
  const { customers, devices, places } = world;
  const readingsOf = (messages: (device: (typeof devices)[number]) => number) =>
    devices.reduce((sum, device) => sum + messages(device) * device.device.slots.length, 0);
  const bought = purchases.filter((purchase) => purchase.status !== 'cancelled');
  return {
    seed: plan.seed,
    days: plan.days,
    devices: devices.length,
    customers: customers.length,
    consumables: places.size,
    from: new Date(plan.start).toISOString(),
    until: new Date(until).toISOString(),
    readings: {
      sent: readingsOf(({ book }) => book.sent.size),
      acknowledged: readingsOf(({ book }) => book.acknowledged.size),
      stored: await countOf(pool, 'SELECT count(*)::int AS count FROM reading'),
    },
    refused: sorted(refused),
    orders: await countBy(
      pool,
      'SELECT status::text AS name, count(*)::int AS count FROM "order" GROUP BY 1',
    ),
    decisions: await countBy(pool, DECISIONS),
    answers: {
      approved: customers.reduce((sum, { approved }) => sum + approved.size, 0),
      declined: customers.reduce((sum, { declined }) => sum + declined, 0),
    },
    review,
    announcements: await countAnnouncements(pool),
    merchant: {
      purchases: purchases.length,
      delivered: purchases.filter((purchase) => purchase.status === 'delivered').length,
      spentMinor: bought.reduce((sum, purchase) => sum + purchase.totalMinor, 0),
      currency: CURRENCY,
    },
    parcels: countBoxes(bought),
    violations: judge(parcels),
    ...outcomeOf([...places.values()], input),
    installations: await compareInstallations(pool, [...places.values()]),
    captures: devices.flatMap(({ device }) => device.plan.kind.capture ?? []).toSorted(),
    sentences: await readSentences(pool, plan.start),
    disagreements,
    seconds,
  };
}

/** By the merchant's books; of what was not cancelled. */
export function countBoxes(bought: readonly Purchase[]): Report['parcels'] {
  const boxes = [...Map.groupBy(bought, ({ box }) => box).values()];
  const shared = boxes.filter((together) => together.length > 1);
  const free = bought.filter(({ shippingMinor }) => shippingMinor === 0);
  return {
    boxes: boxes.length,
    shared: shared.reduce((sum, together) => sum + together.length, 0),
    perPurchase: bought.length === 0 ? 0 : Math.round((100 * boxes.length) / bought.length) / 100,
    savedMinor: free.length * SHIPPING_MINOR,
  };
}

const ANNOUNCEMENTS = `
  SELECT count(*)::int AS written,
    count(*) FILTER (WHERE EXISTS (
      SELECT FROM message_delivery x WHERE x.message_id = m.id AND x.status = 'sent'))::int AS delivered,
    count(*) FILTER (WHERE EXISTS (
      SELECT FROM message_delivery x WHERE x.message_id = m.id AND x.status = 'failed'))::int AS failed
  FROM message m WHERE m.kind = 'announcement'`;

async function countAnnouncements(pool: Database['pool']): Promise<Report['announcements']> {
  const { rows } = await pool.query<Report['announcements']>(ANNOUNCEMENTS);
  return rows[0] ?? { written: 0, delivered: 0, failed: 0 };
}

/** 1 when the books disagree or a promise was broken. */
export function exitCodeOf({ disagreements, violations }: Report): 0 | 1 {
  const { withoutConsent, insideHold, duplicate } = violations;
  return disagreements.length + withoutConsent + insideHold + duplicate === 0 ? 0 : 1;
}

const sorted = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));

async function countBy(pool: Database['pool'], query: string): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string; count: number }>(query);
  return sorted(Object.fromEntries(rows.map(({ name, count }) => [name, count])));
}

/** Until when the platform is answerable for a slot; 0: it never was. */
function coveredUntil({ customer, slot }: Place): Instant {
  if (!isCovered(customer.plan.role) || slot.kind.tells !== 'level') return 0;
  return customer.consent?.withdrawn?.at ?? Number.POSITIVE_INFINITY;
}

function outcomeOf(places: readonly Place[], { plan, leadTimePmf, cancelWindowMs }: ReportInput) {
  const stockouts = places.flatMap((place) =>
    place.slot.stockouts.map((at) => ({ at, place, covered: at < coveredUntil(place) })),
  );
  const covered = stockouts.filter((stockout) => stockout.covered);
  const cycles = places.flatMap((place) =>
    place.slot.cycles.filter((cycle) => cycle.neededAt < coveredUntil(place)),
  );
  const calendar = { timeZone: 'UTC', closures: [], holds: [] };
  const firstHelp = promise(plan.start + cancelWindowMs, leadTimePmf, calendar).arrivesTo;
  const helpedFrom = Date.parse(`${firstHelp}T00:00:00Z`) + DAY_MS;
  // Of an order with several fillings, the first one tells how early it came.
  const early = new Map<string, number>();
  for (const { orderId, daysEarly } of cycles) {
    if (orderId !== null && !early.has(orderId)) early.set(orderId, daysEarly);
  }
  return {
    stockouts: covered.length,
    stockoutsUnavoidable: covered.filter(({ at }) => at < helpedFrom).length,
    stockoutsUncovered: stockouts.length - covered.length,
    stockoutList: covered
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, place }) => ({
        day: Math.floor((at - plan.start) / DAY_MS) + 1,
        customer: `${place.customer.plan.name} (${place.customer.plan.role})`,
        consumable: `${place.device.plan.kind.model}: ${place.slot.kind.name}`,
      })),
    cycles: cycles.length,
    medianDaysEarly: median([...early.values()]),
  };
}

/** How well the platform sees in the telemetry that a delivered filling was put in. */
async function compareInstallations(pool: Database['pool'], places: readonly Place[]) {
  const { rows } = await pool.query<{ id: string }>(`SELECT id FROM "order" WHERE status = 'installed'`);
  const seen = new Set(rows.map(({ id }) => id));
  const real = new Set(places.flatMap(({ slot }) => slot.cycles.flatMap(({ orderId }) => orderId ?? [])));
  return {
    real: real.size,
    recognised: real.intersection(seen).size,
    imagined: seen.difference(real).size,
  };
}

function median(values: readonly number[]): number | null {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = ascending.length / 2;
  const [low, high] = [ascending[Math.ceil(middle) - 1], ascending[Math.floor(middle)]];
  if (low === undefined || high === undefined) return null;
  return Math.round(((low + high) / 2) * 100) / 100;
}
