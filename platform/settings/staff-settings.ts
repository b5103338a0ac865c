import type { z } from 'zod';
import type { Queryable } from '../order-store.ts';

/**
 * A setting that staff change while everything runs, from its row in `setting`. What the row leaves out, or
 * what this version does not understand of it, has its default.
 */
export async function readSetting<Schema extends z.ZodObject>(
  db: Queryable,
  key: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { rows } = await db.query<{ value: unknown }>('SELECT value FROM setting WHERE key = $1', [key]);
  const given = rows[0]?.value ?? {};
  const parsed = schema.safeParse(given);
  return parsed.success ? parsed.data : schema.parse({});
}

const LOCK = 'SELECT value FROM setting WHERE key = $1 FOR UPDATE';
const WRITE = `
  INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`;
const REMEMBER =
  'INSERT INTO setting_change (key, at, actor, before, after, reason) VALUES ($1, $2, $3, $4, $5, $6)';

interface SettingChange {
  readonly key: string;
  readonly value: object;
  readonly at: number;
  readonly actor: string;
  /** Why, in their words; null: they did not say. */
  readonly reason: string | null;
}

/** Writes the whole setting and remembers who changed it from what; inside the caller's transaction. */
export async function writeSetting(db: Queryable, change: SettingChange): Promise<void> {
  const at = new Date(change.at);
  const { rows } = await db.query<{ value: unknown }>(LOCK, [change.key]);
  const before = rows[0] === undefined ? null : JSON.stringify(rows[0].value);
  const after = JSON.stringify(change.value);
  await db.query(WRITE, [change.key, after, at]);
  await db.query(REMEMBER, [change.key, at, change.actor, before, after, change.reason]);
}
