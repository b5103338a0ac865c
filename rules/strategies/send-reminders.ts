import { say } from '../../core/phrases/phrase.ts';
import { type TipName, tipFor } from '../../core/tips.ts';
import { inTransaction } from '../../platform/database.ts';
import { addMessages, type NewMessage } from '../../platform/messages/add-messages.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { RulesDeps } from '../deps.ts';

const BATCH = 100;

/** With what is true now: somebody may have bought, changed their mind, or taken the consent back since. */
const DUE = prepared(`
  SELECT r.id, r.consumable_id AS "consumableId", c.customer_id AS "customerId", slot.name AS consumable,
    d.name AS device, dm.family, s.level, s.run_out_p10 AS p10, s.run_out_p50 AS p50, s.run_out_p90 AS p90,
    (SELECT count(*)::int FROM reminder e WHERE e.consumable_id = r.consumable_id AND e.sent_at IS NOT NULL) AS before,
    CASE
      WHEN c.strategy <> 'coach' THEN 'other-strategy'
      WHEN s.outcome IS DISTINCT FROM 'ask' OR EXISTS (
        SELECT FROM "order" o WHERE o.consumable_id = c.id AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped')
      ) THEN 'not-needed'
      WHEN NOT EXISTS (
        SELECT FROM consent k WHERE k.customer_id = c.customer_id AND k.purpose = 'coaching'
          AND (k.consumable_id IS NULL OR k.consumable_id = c.id) AND (k.device_id IS NULL OR k.device_id = c.device_id)
          AND k.granted_at <= $1 AND (k.valid_until IS NULL OR k.valid_until > $1)
          AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)
      ) THEN 'no-consent'
    END AS "droppedWhy"
  FROM (
    SELECT * FROM reminder WHERE sent_at IS NULL AND dropped_at IS NULL AND due_at <= $1
    ORDER BY due_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
  ) r
  JOIN consumable c ON c.id = r.consumable_id
  JOIN device d ON d.id = c.device_id
  JOIN device_model dm ON dm.id = c.device_model_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  LEFT JOIN consumable_state s ON s.consumable_id = c.id`);

interface DueReminder {
  readonly id: string;
  readonly consumableId: string;
  readonly customerId: string | null;
  readonly consumable: string;
  readonly device: string;
  readonly family: string;
  readonly level: number | null;
  readonly p10: Date | null;
  readonly p50: Date | null;
  readonly p90: Date | null;
  readonly before: number;
  readonly droppedWhy: string | null;
}

const SETTLE = `
  UPDATE reminder r SET tip = t.tip, sent_at = CASE WHEN t.why IS NULL THEN $4::timestamptz END,
    dropped_at = CASE WHEN t.why IS NOT NULL THEN $4::timestamptz END, dropped_why = t.why
  FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t(id, tip, why) WHERE r.id = t.id`;

/** Sends the reminders that are due and still wanted; returns how many were settled either way. */
export async function sendReminders({ database, clock }: RulesDeps): Promise<number> {
  const now = clock.now();
  return await inTransaction(database.pool, async (db) => {
    const { rows } = await db.query<DueReminder>(DUE, [new Date(now)]);
    if (rows.length > 0) await settle(db, rows, now);
    return rows.length;
  });
}

async function settle(db: Queryable, rows: readonly DueReminder[], now: number): Promise<void> {
  const tips = rows.map(({ family, consumable, before }) => tipFor(family, consumable, before));
  await db.query(SETTLE, [
    rows.map(({ id }) => id),
    tips,
    rows.map(({ droppedWhy }) => droppedWhy),
    new Date(now),
  ]);
  const messages = rows.flatMap((row, i) =>
    row.droppedWhy === null && row.customerId !== null ? [messageOf(row, tips[i] ?? 'store-dry')] : [],
  );
  await addMessages(db, messages, now);
}

function messageOf(row: DueReminder, tip: TipName): NewMessage {
  const { id, customerId, consumableId, consumable, device, level, p10, p50, p90 } = row;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  const [code, facts] = say('tip', { tip });
  return {
    kind: 'coach-reminder',
    customerId,
    key: `reminder:${id}`,
    detail: {
      ...{ consumableId, consumable, device, level },
      runOut: { p10: iso(p10), p50: iso(p50), p90: iso(p90) },
      tip: [[code, { ...facts }]],
    },
  };
}
