import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { applyMigrations } from '../../platform/migrations.ts';
import { NO_FILTER, withSchemaEngine } from '../../platform/schema-engine.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

/** Everything Prisma can say about a database, as text. */
const DESCRIPTION = `
  SELECT format('column %s.%s %s %s default %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, coalesce(pg_get_expr(d.adbin, d.adrelid), '-')) AS line
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> '_prisma_migrations'
  UNION ALL
  SELECT 'index ' || regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relname <> '_prisma_migrations'
  UNION ALL
  SELECT format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(k.oid))
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE k.contype IN ('f', 'u', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
    AND c.relname <> '_prisma_migrations'
  UNION ALL
  SELECT format('enum %s %s', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
  FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname
  ORDER BY 1`;

/** Indexes that only the migrations can say (docs/decisions/0004-database.md). */
const BY_HAND = [
  'order_one_open_per_consumable',
  'order_committed',
  'order_delivered',
  'order_merchant_reference',
  'evaluation_queue_nudged',
  'halt_in_force',
  'consumable_event_button_waiting',
  'suggestion_one_open_per_consumable',
  'reminder_waiting',
  'reminder_one_waiting_per_consumable',
  'consumable_state_empty',
  'customer_name_prefix',
  'customer_email_prefix',
  'device_serial_prefix',
  'shadow_policy_running',
  'dead_letter_replay',
  'dead_letter_replayed',
  'order_issue_open',
  'consumable_state_outcome',
  'audit_entry_origin_actor',
  'audit_entry_origin_at',
  'decision_at_brin',
  'consumable_event_at_brin',
  'message_created_at_brin',
  'consumable_day_brin',
  'order_decision',
  'order_consent',
  'consumable_event_order',
  'hold_device',
  'calendar_feed_device',
  'device_command_waiting',
  'device_address',
  'device_predecessor',
  'claim_code_used_by',
  'invitation_invited_by',
  'hold_address',
  'calendar_feed_address',
  'quote_one_wanted',
  'order_issue_one_open',
  'order_problem_one_open',
];

async function describeDatabase(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ line: string }>(DESCRIPTION).finally(() => client.end());
  return rows.map(({ line }) => line);
}

/** A database made from schema.prisma alone, without any migration. */
async function databaseFromSchema(): Promise<string> {
  const content = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  const url = new URL(inject('databaseUrl'));
  const maintenance = new pg.Client(url.href);
  await maintenance.connect();
  await maintenance.query('CREATE DATABASE from_schema').finally(() => maintenance.end());
  url.pathname = '/from_schema';
  const files = [{ path: 'schema.prisma', content }];
  const { stdout } = await withSchemaEngine(url.href, files, (engine) =>
    engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    }),
  );
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(stdout ?? '').finally(() => client.end());
  return url.href;
}

describe('prisma/migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(Date.UTC(2026, 10, 21));
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test('and schema.prisma describe the same database', async () => {
    const migrated = await describeDatabase(database.url);
    const expected = await describeDatabase(await databaseFromSchema());
    const ours = migrated.filter(
      (line) => !BY_HAND.some((index) => line.includes(`"${index}"`) || line.includes(` ${index} `)),
    );
    expect(ours).toEqual(expected);
    expect(migrated.length - ours.length).toBe(BY_HAND.length);
  });

  test('let nobody change what may only be added to', async () => {
    const { pool } = database;
    await pool.query(
      `INSERT INTO customer (id, name, time_zone, currency, created_at) VALUES ('00000000-0000-7000-8000-000000000001', 'A', 'UTC', 'EUR', now())`,
    );
    await pool.query(
      `INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
       VALUES ('00000000-0000-7000-8000-000000000001', 'telemetry', '1', 't', 'h', 'en', 'api', 'test', now())`,
    );
    await expect(pool.query(`UPDATE consent SET text = 'other'`)).rejects.toThrow('append-only');
    await expect(pool.query('DELETE FROM consent')).rejects.toThrow('append-only');
  });
});

test('a database that has every migration is not locked for them; one that lacks any is', async () => {
  await using database = await createTestDatabase(Date.UTC(2026, 8, 7));
  const lock = await database.pool.connect();
  try {
    await lock.query("SELECT pg_advisory_lock(hashtext('neverout-migrations'))");
    expect(await applyMigrations(database.url)).toEqual([]);
    // Another text than was applied is for the engine to judge, one process at a time.
    await lock.query(
      `UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name LIKE '%foundation'`,
    );
    const judged = applyMigrations(database.url);
    await eventually(async () => {
      const { rows } = await lock.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
      expect(rows.length).toBeGreaterThan(0);
    });
    await lock.query("SELECT pg_advisory_unlock(hashtext('neverout-migrations'))");
    await judged.catch(() => undefined);
  } finally {
    lock.release();
  }
});
