import {
  THRESHOLD_KEYS,
  THRESHOLDS,
  type ThresholdKey,
  type Thresholds,
} from '../contracts/http/ops/thresholds.ts';
import type { Config } from './config.ts';
import type { Queryable } from './order-store.ts';

/**
 * Thresholds that ops may change while the platform runs. Each has the environment's value until somebody
 * sets another one; a row of `setting` then has it, for all processes, and setting_change who and why.
 */
const VARIABLES = {
  cancelWindowHours: 'CANCEL_WINDOW_HOURS',
  reviewPeriodHours: 'REVIEW_PERIOD_HOURS',
  staleAfterDays: 'STALE_AFTER_DAYS',
  costStockoutMinor: 'COST_STOCKOUT_MINOR',
  costStockoutPerDayMinor: 'COST_STOCKOUT_PER_DAY_MINOR',
  costHoldingPerDayMinor: 'COST_HOLDING_PER_DAY_MINOR',
  costShippingMinor: 'COST_SHIPPING_MINOR',
} as const satisfies Record<ThresholdKey, keyof Config>;

/** The row of `setting` that has what differs from the environment. */
const ROW = 'thresholds';

/** What the environment says. */
export const configuredThresholds = (config: Config): Thresholds =>
  Object.fromEntries(THRESHOLD_KEYS.map((key) => [key, config[VARIABLES[key]]])) as Record<
    ThresholdKey,
    number
  >;

const known = (value: unknown): Partial<Thresholds> =>
  Object.fromEntries(
    Object.entries(value ?? {}).filter(
      ([key, set]) => Object.hasOwn(THRESHOLDS, key) && Number.isFinite(set),
    ),
  );

/** Those that ops have set. */
async function readOverrides(db: Queryable): Promise<Partial<Thresholds>> {
  const { rows } = await db.query<{ value: unknown }>(`SELECT value FROM setting WHERE key = '${ROW}'`, []);
  return known(rows[0]?.value);
}

/** Those in force now. */
export async function readThresholds(db: Queryable, config: Config): Promise<Thresholds> {
  return { ...configuredThresholds(config), ...(await readOverrides(db)) };
}

const SET = `
  INSERT INTO setting (key, value, updated_at) VALUES ('${ROW}', $1, $2)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`;

const REMEMBER = `INSERT INTO setting_change (key, at, actor, before, after, reason) VALUES ('${ROW}', $1, $2, $3, $4, $5)`;

export interface ThresholdChange {
  /** null: the environment's value again. */
  readonly values: { readonly [Key in ThresholdKey]?: number | null | undefined };
  readonly at: number;
  readonly actor: string;
  readonly reason: string;
}

/** Changes some, with their record; inside the caller's transaction. Returns whether anything changed. */
export async function changeThresholds(db: Queryable, change: ThresholdChange): Promise<boolean> {
  const { values, actor, reason } = change;
  const at = new Date(change.at);
  // One after the other: of two changes at once, the second tells what it found.
  await db.query("SELECT pg_advisory_xact_lock(hashtext('neverout-thresholds'))", []);
  const before = await readOverrides(db);
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const merged = Object.entries({ ...before, ...Object.fromEntries(given) }).filter(
    ([, value]) => value !== null,
  );
  const after: Partial<Thresholds> = Object.fromEntries(merged);
  if (THRESHOLD_KEYS.every((key) => before[key] === after[key])) return false;
  const [from, to] = [JSON.stringify(before), JSON.stringify(after)];
  await db.query(SET, [to, at]);
  await db.query(REMEMBER, [at, actor, from, to, reason]);
  return true;
}
