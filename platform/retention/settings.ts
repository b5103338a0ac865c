import type { Config } from '../config.ts';
import type { Queryable } from '../order-store.ts';

/** How long one kind of data is kept. */
export interface RetentionKind {
  /** In the unit that the key ends with. */
  readonly fallback: (config: RetentionConfig) => number;
  readonly min: number;
  readonly max: number;
  readonly what: string;
}
type RetentionConfig = Pick<Config, 'READING_RETENTION_MONTHS' | 'DEAD_LETTER_RETENTION_DAYS'>;

const kind = (fallback: number, min: number, max: number, what: string): RetentionKind => ({
  fallback: () => fallback,
  min,
  max,
  what,
});

/** Keys end with their unit; defaults are the least that the product's own purposes need (docs/privacy.md). */
export const RETENTION = {
  readingMonths: {
    ...kind(0, 1, 120, 'Readings; whole months are dropped at once.'),
    fallback: ({ READING_RETENTION_MONTHS }) => READING_RETENTION_MONTHS,
  },
  readingDayMonths: kind(60, 1, 240, 'Level and use per consumable and day, when its readings are gone.'),
  eventMonths: kind(24, 2, 240, 'Events of devices and counts of spares.'),
  decisionMonths: kind(24, 2, 240, 'Decisions that no order rests on.'),
  deadLetterDays: {
    ...kind(0, 1, 3650, 'Refused input of devices.'),
    fallback: ({ DEAD_LETTER_RETENTION_DAYS }) => DEAD_LETTER_RETENTION_DAYS,
  },
  webhookReceiptDays: kind(30, 1, 3650, 'Ids of webhooks that merchants sent.'),
  quoteDays: kind(90, 1, 3650, 'Prices that merchants quoted, and no order rests on.'),
  deviceCommandDays: kind(30, 1, 3650, 'Commands to devices that have expired.'),
  messageMonths: kind(24, 1, 240, 'Messages to customers.'),
  holdMonths: kind(24, 14, 240, 'Holds that are over, and removed calendars.'),
  sessionDays: kind(7, 0, 3650, 'Sessions that have ended, with address and browser.'),
  verificationDays: kind(1, 0, 3650, 'Links and challenges that have expired.'),
  attemptDays: kind(2, 1, 3650, 'Counts of attempts, under keyed hashes.'),
  invitationDays: kind(90, 1, 3650, 'Invitations that were answered or have expired.'),
  claimCodeDays: kind(365, 1, 3650, 'Claim codes that were used or have expired.'),
  auditOriginDays: kind(180, 1, 3650, 'Network addresses in the audit log; its entries stay.'),
  failedJobDays: kind(30, 1, 3650, 'Jobs that failed for good, with their error.'),
  erasedOrderYears: kind(10, 1, 30, 'Orders of erased customers, from the end of the year of purchase.'),
  erasedConsentYears: kind(3, 1, 30, 'Consents of erased customers, from the end of the year of erasure.'),
} as const satisfies Record<string, RetentionKind>;

export type RetentionKey = keyof typeof RETENTION;
export type Retention = Readonly<Record<RetentionKey, number>>;
export const RETENTION_KEYS = Object.keys(RETENTION) as readonly RetentionKey[];

/** Key of the row of settings. */
export const RETENTION_SETTING = 'retention';

/** What was set, over what holds by default. */
function mergeRetention(config: RetentionConfig, set: unknown): Retention {
  const given = (typeof set === 'object' && set !== null ? set : {}) as Readonly<Record<string, unknown>>;
  const entries = RETENTION_KEYS.map((key) => {
    const value = given[key];
    return [key, typeof value === 'number' ? value : RETENTION[key].fallback(config)];
  });
  return Object.fromEntries(entries) as Retention;
}

/** The retention in force. */
export async function readRetention(db: Queryable, config: RetentionConfig): Promise<Retention> {
  const { rows } = await db.query<{ value: unknown }>('SELECT value FROM setting WHERE key = $1', [
    RETENTION_SETTING,
  ]);
  return mergeRetention(config, rows[0]?.value);
}

const LOCK = "SELECT pg_advisory_xact_lock(hashtext('neverout-retention'))";
const SET = `
  INSERT INTO setting (key, value, updated_at) VALUES ('${RETENTION_SETTING}', $1, $2)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`;
const REMEMBER = `
  INSERT INTO setting_change (key, at, actor, before, after, reason)
  VALUES ('${RETENTION_SETTING}', $1, $2, $3, $4, $5)`;

export interface RetentionChange {
  /** null: the default again. */
  readonly values: Readonly<Partial<Record<RetentionKey, number | null>>>;
  readonly at: number;
  readonly actor: string;
  readonly reason: string;
}

/** Sets some, with the record of who and why; inside the caller's transaction. */
export async function changeRetention(db: Queryable, change: RetentionChange): Promise<void> {
  // One after the other: of two changes at once, the second tells what it found.
  await db.query(LOCK, []);
  const { rows } = await db.query<{ value: Record<string, unknown> }>(
    'SELECT value FROM setting WHERE key = $1',
    [RETENTION_SETTING],
  );
  const before = rows[0]?.value ?? {};
  const after = Object.fromEntries(
    Object.entries({ ...before, ...change.values }).filter(([, value]) => value !== null),
  );
  const at = new Date(change.at);
  await db.query(SET, [JSON.stringify(after), at]);
  const [from, to] = [JSON.stringify(before), JSON.stringify(after)];
  await db.query(REMEMBER, [at, change.actor, from, to, change.reason]);
}
