import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS, type Strategy } from '../../core/types.ts';
import { ManualClock } from '../../platform/clock.ts';
import { type Config, parseConfig } from '../../platform/config.ts';
import { createMetrics, type Metrics } from '../../platform/metrics.ts';
import { buildRules, type Rules } from '../../rules/build-rules.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silentLog } from '../support/log.ts';
import type { TestMerchant } from '../support/merchant.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';

/** A Monday, at noon in Berlin. */
export const START = Date.UTC(2026, 8, 7, 10);

export interface World extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  readonly config: Config;
  readonly metrics: Metrics;
  readonly rules: Rules;
  /** Another rules service on the same database, as another process would run it. */
  readonly anotherRules: () => Promise<Rules>;
  readonly rows: <Row extends object = Record<string, unknown>>(
    sql: string,
    ...values: unknown[]
  ) => Promise<Row[]>;
}

/** Nothing waits for the staff, and no rate of orders is too high: tests of those guards set what they need. */
export const UNGUARDED = {
  review: {
    ...{ firstOrders: null, highPriceMinor: null, priceRise: null, quantityTimes: null, quantityMax: null },
    ...{ useRise: null, refusedMessages: null, newModelOrders: null },
  },
  breaker: { enabled: false },
};

/** A setting of the staff's, as the API writes it. */
export const setStaffSetting = (database: TestDatabase, key: string, value: object) =>
  database.pool.query(
    `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, JSON.stringify(value), new Date(START)],
  );

/** A database with a rules service on a clock that stands still. */
export async function createWorld(environment: Record<string, string> = {}): Promise<World> {
  const database = await createTestDatabase(START);
  for (const [key, value] of Object.entries(UNGUARDED)) await setStaffSetting(database, key, value);
  const clock = new ManualClock(START);
  const dataFolder = await mkdtemp(join(tmpdir(), 'neverout-rules-'));
  const config = parseConfig({
    NEVEROUT_API_TOKEN: 'a token that is long enough',
    // Tests of quotes ask for them; the others have no merchant to ask.
    QUOTE_WAIT_MINUTES: '0',
    NEVEROUT_DATA: dataFolder,
    AUTH_SECRET: 'a secret of the tests, 32 bytes or more',
    // Tests of parcels ask for them.
    CONSOLIDATION_SLACK_DAYS: '0',
    ...environment,
  });
  const metrics = createMetrics();
  const deps = { database, clock, config, log: silentLog, metrics };
  const built: Rules[] = [];
  const anotherRules = async () => {
    const rules = await buildRules(deps);
    built.push(rules);
    return rules;
  };
  const rules = await anotherRules();
  return {
    database,
    clock,
    config,
    metrics,
    rules,
    anotherRules,
    rows: async (sql, ...values) => (await database.pool.query(sql, values)).rows,
    [Symbol.asyncDispose]: async () => {
      for (const one of built) await one.close();
      await database[Symbol.asyncDispose]();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

export interface Reading {
  readonly at: number;
  readonly level: number | 'some' | 'unknown';
  readonly historical?: boolean;
  readonly useCounter?: number;
}

let sequence = 0;

/** Stores readings and announces them, as an ingest batch of the broker does. */
export async function report(
  { database }: Pick<World, 'database'>,
  consumableId: string,
  readings: readonly Reading[],
): Promise<void> {
  const rows = readings.map((reading) => ({ ...reading, seq: ++sequence }));
  await database.pool.query(
    `WITH stored AS (
       INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level, historical, use_counter)
       SELECT $1, at, seq, at, kind::level_kind, level, historical, counter
       FROM unnest($2::timestamptz[], $3::bigint[], $4::text[], $5::float8[], $6::boolean[], $7::float8[])
         AS t(at, seq, kind, level, historical, counter)
       ON CONFLICT DO NOTHING RETURNING at, seq
     )
     INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
     SELECT $1, array_agg(at ORDER BY at, seq), array_agg(seq ORDER BY at, seq), '{}', max(at) FROM stored HAVING count(*) > 0`,
    [
      consumableId,
      rows.map(({ at }) => new Date(at)),
      rows.map(({ seq }) => seq),
      rows.map(({ level }) => (typeof level === 'number' ? 'measured' : level)),
      rows.map(({ level }) => (typeof level === 'number' ? level : null)),
      rows.map(({ historical }) => historical ?? false),
      rows.map(({ useCounter }) => useCounter ?? null),
    ],
  );
}

/** A level that fell steadily to `level` by `until`, read every four hours. */
export function decline(until: number, level: number, perDay: number, days: number): Reading[] {
  const count = days * 6;
  return Array.from({ length: count }, (_, i) => {
    const before = (count - 1 - i) * 4 * HOUR_MS;
    return { at: until - before, level: Math.min(level + (perDay * before) / DAY_MS, 1) };
  });
}

export interface Terms {
  readonly productIds: readonly string[];
  readonly maxUnitPriceMinor?: number;
  readonly maxQuantity?: number;
  readonly maxSpendPerMonthMinor?: number;
  readonly consumableId?: string | null;
  readonly substituteProductIds?: readonly string[];
}

/** Every merchant of the world sells in this shop. */
export const sellAt = ({ rows }: Pick<World, 'rows'>, { url, apiKey }: TestMerchant) =>
  rows('UPDATE merchant SET base_url = $1, api_key = $2', url, apiKey);

/** Grants an automatic-order consent; returns its id. */
export async function grant(
  { database, clock }: Pick<World, 'database' | 'clock'>,
  customerId: string,
  terms: Terms,
): Promise<string> {
  const id = randomUUID();
  await database.prisma.consent.create({
    data: {
      id,
      customerId,
      consumableId: terms.consumableId ?? null,
      purpose: 'automatic-order',
      version: '1',
      text: 'Order for me.',
      textHash: 'hash',
      language: 'en',
      method: 'test',
      actor: 'customer',
      grantedAt: new Date(clock.now()),
      mandate: {
        create: {
          productIds: [...terms.productIds],
          substituteProductIds: [...(terms.substituteProductIds ?? [])],
          currency: 'EUR',
          maxUnitPriceMinor: terms.maxUnitPriceMinor ?? 10_000,
          maxQuantity: terms.maxQuantity ?? 2,
          maxSpendPerMonthMinor: terms.maxSpendPerMonthMinor ?? 100_000,
          deliveryAddress: { name: 'Somebody', street: 'A street 1', city: 'Berlin', country: 'DE' },
        },
      },
    },
  });
  return id;
}

export async function withdraw({ database, clock }: World, consentId: string): Promise<void> {
  await database.prisma.consentWithdrawal.create({
    data: { consentId, withdrawnAt: new Date(clock.now()), actor: 'customer', method: 'test' },
  });
}

/** A consumable that is nearly used up and reported so, with what its customer allows. */
export async function nearlyEmpty(
  world: World,
  options: { readonly consent?: boolean; readonly strategy?: Strategy; readonly terms?: Partial<Terms> } = {},
): Promise<SeededConsumable & { readonly consentId: string | null }> {
  const seeded = await seedConsumable(world.database, world.clock.now());
  const { customerId, consumableId, productId } = seeded;
  const { consent = true, strategy, terms } = options;
  if (strategy !== undefined) {
    await world.database.prisma.consumable.update({ where: { id: consumableId }, data: { strategy } });
  }
  const consentId = consent ? await grant(world, customerId, { productIds: [productId], ...terms }) : null;
  await report(world, consumableId, decline(world.clock.now(), 0.06, 0.02, 20));
  return { ...seeded, consentId };
}
