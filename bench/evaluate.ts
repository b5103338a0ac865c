import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { decodeState } from '../core/state.ts';
import { step } from '../core/step.ts';
import { type ConsumableEvent, HOUR_MS, type StepContext } from '../core/types.ts';
import { ManualClock } from '../platform/clock.ts';
import { parseConfig } from '../platform/config.ts';
import { openDatabase, type Pool } from '../platform/database.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { createLog } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { applyMigrations } from '../platform/migrations.ts';
import { maintainReadingPartitions } from '../platform/partitions.ts';
import { loadContexts } from '../rules/context/load-contexts.ts';
import type { RulesDeps } from '../rules/deps.ts';
import { evaluateBatch } from '../rules/evaluate/evaluate-batch.ts';
import { policyOf } from '../rules/policy.ts';

const START = Date.UTC(2026, 8, 7, 10);
const HISTORY_READINGS = 12;

export interface EvaluateReport {
  consumables: number;
  workers: number;
  rounds: number;
  /** Through the database: claimed, loaded, evaluated, written, committed. */
  evaluatedPerSecond: number;
  msPerBatchOf500: number;
  /** core.step alone, with the same states and contexts. */
  coreStepsPerSecond: number;
  /** Share of the wall-clock time that core took. */
  coreShare: number;
  ordersAnnounced: number;
  databaseMbPerThousand: number;
  rssMb: number;
}

/**
 * `bench -- evaluate [--consumables N] [--rounds N] [--workers N] [--report FILE]`: a fleet in a PostgreSQL of
 * its own (durable, as in production) reports one reading each a round, and workers evaluate them all.
 */
export async function benchEvaluate(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      consumables: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '3' },
      workers: { type: 'string', default: '2' },
      report: { type: 'string' },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'neverout-bench-'));
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ folder, durability: 'durable' });
  const log = createLog('warn', false);
  const database = openDatabase({ url: postgres.url, connections: 10, log });
  try {
    await applyMigrations(postgres.url);
    const clock = new ManualClock(START);
    const config = parseConfig({});
    const deps = { database, clock, config, log, metrics: createMetrics() };
    const size = { consumables: Number(values.consumables), rounds: Number(values.rounds) };
    const report = await measure(deps, { ...size, workers: Number(values.workers) });
    print(report);
    if (values.report !== undefined) await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Size {
  readonly consumables: number;
  readonly rounds: number;
  readonly workers: number;
}

async function measure(deps: RulesDeps & { clock: ManualClock }, size: Size): Promise<EvaluateReport> {
  const { pool } = deps.database;
  await maintainReadingPartitions(pool, { now: START, retentionMonths: 1, aheadMonths: 1 });
  await fill(pool, size.consumables);
  // Warm up: the first look folds the history of every consumable.
  await evaluateAll(deps, size.workers);
  let seconds = 0;
  for (let round = 1; round <= size.rounds; round += 1) {
    deps.clock.advanceTo(START + round * HOUR_MS);
    await announce(pool, deps.clock.now(), 0.5 - round / 100);
    const started = performance.now();
    await evaluateAll(deps, size.workers);
    seconds += (performance.now() - started) / 1000;
  }
  const evaluated = size.consumables * size.rounds;
  const core = await measureCore(deps);
  const [sizes] = (
    await pool.query<{ orders: number; bytes: number }>(
      `SELECT (SELECT count(*) FROM "order") AS orders, pg_database_size(current_database()) AS bytes`,
    )
  ).rows;
  return {
    consumables: size.consumables,
    workers: size.workers,
    rounds: size.rounds,
    evaluatedPerSecond: Math.round(evaluated / seconds),
    msPerBatchOf500: Math.round((seconds / evaluated) * 500 * 1000 * size.workers),
    coreStepsPerSecond: Math.round(core),
    coreShare: Number((evaluated / core / seconds).toFixed(2)),
    ordersAnnounced: sizes?.orders ?? 0,
    databaseMbPerThousand: Number(((sizes?.bytes ?? 0) / 1e6 / (size.consumables / 1000)).toFixed(2)),
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
  };
}

/** Workers of one process share its core, but overlap their waits for the database. */
async function evaluateAll(deps: RulesDeps, workers: number): Promise<void> {
  const work = async () => {
    while ((await evaluateBatch(deps, 0)) > 0);
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** Rounds of core.step over real states, with contexts as the workers load them. */
async function measureCore(deps: RulesDeps & { clock: ManualClock }): Promise<number> {
  const { pool } = deps.database;
  const now = deps.clock.now() + HOUR_MS;
  const { rows } = await pool.query<{ id: string; state: Uint8Array }>(
    'SELECT consumable_id AS id, state FROM consumable_state WHERE state IS NOT NULL LIMIT 2000',
  );
  const wanted = rows.map(({ id }) => ({ consumableId: id, order: null }));
  const contexts = await loadContexts(pool, wanted, policyOf(deps.config), now);
  const cases = rows.flatMap(({ id, state }) => {
    const decoded = decodeState(state);
    const context: StepContext | undefined = contexts.of.get(id)?.step;
    return 'outdated' in decoded || context === undefined ? [] : [{ state: decoded, context }];
  });
  const level = { kind: 'measured', value: 0.4 } as const;
  const device = { useCounter: null, supplySerial: null, historical: false };
  const event: ConsumableEvent = { type: 'reading', at: now, seq: 1_000_000, level, ...device };
  let steps = 0;
  const started = performance.now();
  while (performance.now() - started < 2000) {
    for (const { state, context } of cases) step(state, [event], context, now);
    steps += cases.length;
  }
  return steps / ((performance.now() - started) / 1000);
}

/** Customers with four consumables each, of different levels, with consents and a short history. */
async function fill(pool: Pool, consumables: number): Promise<void> {
  const run = (sql: string, ...values: unknown[]) => pool.query(sql, values);
  const at = new Date(START);
  await run(
    `INSERT INTO device_model (make, model, family, created_at) VALUES ('Bench', 'One', 'laser printer', $1)`,
    at,
  );
  await run(
    `INSERT INTO model_slot (device_model_id, key, name, typical_life_days)
     SELECT id, unnest(ARRAY['black','cyan','magenta','yellow']), 'Toner', 90 FROM device_model`,
  );
  await run(
    `INSERT INTO merchant (name, base_url, api_key, webhook_secret, lead_time_pmf, created_at)
     VALUES ('Bench', 'http://127.0.0.1:9', 'key', 'whsec_', ARRAY[0, 0.3, 0.5, 0.2], $1)`,
    at,
  );
  await run(
    `INSERT INTO product (merchant_id, sku, name, unit_price_minor, currency, created_at)
     SELECT id, 'T', 'Toner', 5000, 'EUR', $1 FROM merchant`,
    at,
  );
  await run(
    `INSERT INTO customer (name, time_zone, currency, created_at)
     SELECT 'C' || n, (ARRAY['Europe/Berlin','America/New_York','Asia/Tokyo'])[1 + n % 3], 'EUR', $1
     FROM generate_series(1, $2::int) n`,
    at,
    Math.ceil(consumables / 4),
  );
  await run(
    `INSERT INTO device (customer_id, device_model_id, name, created_at)
     SELECT c.id, m.id, 'Printer', $1 FROM customer c, device_model m`,
    at,
  );
  await run(
    `INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
     SELECT d.id, d.device_model_id, s.key, d.customer_id, p.id, 'automatic', $1
     FROM device d JOIN model_slot s ON s.device_model_id = d.device_model_id, product p LIMIT $2`,
    at,
    consumables,
  );
  await run('INSERT INTO consumable_state (consumable_id, evaluate_at) SELECT id, $1 FROM consumable', at);
  await run(
    `INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
     SELECT id, 'automatic-order', '1', '', '', 'en', 'bench', 'customer', $1 FROM customer`,
    at,
  );
  await run(
    `INSERT INTO mandate (consent_id, product_ids, currency, max_unit_price_minor, max_quantity,
       max_spend_per_month_minor, delivery_address)
     SELECT k.id, ARRAY[p.id], 'EUR', 9000, 1, 100000, '{"city": "Berlin"}' FROM consent k, product p`,
  );
  for (let i = HISTORY_READINGS; i >= 1; i -= 1) {
    await announce(pool, START - i * 24 * HOUR_MS, 0.5 + i / 100);
  }
  await run('ANALYZE');
}

/** One reading of every consumable, stored and announced as ingest does; some are much emptier than others. */
async function announce(pool: Pool, now: number, level: number): Promise<void> {
  await pool.query(
    `WITH stored AS (
       INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level)
       SELECT id, $1, 1, $1, 'measured', $2::float8 * (1 + (hashtext(id::text) & 255)) / 256.0 FROM consumable RETURNING consumable_id
     )
     INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
     SELECT consumable_id, ARRAY[$1::timestamptz], ARRAY[1::bigint], '{}', $1 FROM stored`,
    [new Date(now), level],
  );
}

function print(report: EvaluateReport): void {
  const lines = [
    `${report.consumables} consumables, ${report.rounds} rounds, ${report.workers} workers in one process`,
    `through the database  ${report.evaluatedPerSecond} consumables/s (${report.msPerBatchOf500} ms a batch of 500)`,
    `core.step alone       ${report.coreStepsPerSecond} steps/s (${Math.round(report.coreShare * 100)} % of the time)`,
    `orders announced      ${report.ordersAnnounced}`,
    `memory                ${report.rssMb} MB; database ${report.databaseMbPerThousand} MB per thousand consumables`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
