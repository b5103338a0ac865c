import { localDate } from '../../core/calendar.ts';
import type { Said } from '../../core/phrases/phrase.ts';
import type { Instant } from '../../core/types.ts';
import { addMessages, type NewMessage } from '../../platform/messages/add-messages.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';

/** A press that ordered nothing. */
export interface UnansweredPress {
  readonly consumableId: string;
  readonly customerId: string;
  readonly outcome: 'refused' | 'repeated';
  readonly said: Said;
}

const ABOUT = prepared(`
  SELECT c.id AS "consumableId", slot.name AS consumable, d.name AS device, s.level, s.run_out_p10 AS p10,
    s.run_out_p50 AS p50, s.run_out_p90 AS p90, cu.time_zone AS "timeZone"
  FROM consumable c JOIN device d ON d.id = c.device_id JOIN customer cu ON cu.id = c.customer_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  LEFT JOIN consumable_state s ON s.consumable_id = c.id
  WHERE c.id = ANY ($1::uuid[])`);

interface About {
  readonly consumableId: string;
  readonly consumable: string;
  readonly device: string;
  readonly level: number | null;
  readonly p10: Date | null;
  readonly p50: Date | null;
  readonly p90: Date | null;
  readonly timeZone: string;
}

/**
 * Tells customers why a press of a button ordered nothing: a light on the device cannot. For one consumable once a
 * day for the same reason, however often and by whomever it is pressed.
 */
export async function tellCustomers(
  db: Queryable,
  presses: readonly UnansweredPress[],
  now: Instant,
): Promise<void> {
  if (presses.length === 0) return;
  const ids = [...new Set(presses.map(({ consumableId }) => consumableId))];
  const { rows } = await db.query<About>(ABOUT, [ids]);
  const byId = new Map(rows.map((row) => [row.consumableId, row]));
  const messages = presses.flatMap((press) => {
    const about = byId.get(press.consumableId);
    return about === undefined ? [] : [messageOf(press, about, now)];
  });
  await addMessages(db, messages, now);
}

/** The customer's date; in a zone that does not exist that of UTC. */
function dayOf(now: Instant, timeZone: string): string {
  try {
    return localDate(now, timeZone);
  } catch {
    return localDate(now, 'UTC');
  }
}

function messageOf({ customerId, outcome, said }: UnansweredPress, about: About, now: Instant): NewMessage {
  const { consumableId, consumable, device, level, p10, p50, p90, timeZone } = about;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  const reason = said.map(([code]) => code).join(' ');
  return {
    kind: 'coach-reminder',
    customerId,
    key: `press:${consumableId}:${dayOf(now, timeZone)}:${reason}`,
    detail: {
      ...{ consumableId, consumable, device, level },
      runOut: { p10: iso(p10), p50: iso(p50), p90: iso(p90) },
      tip: null,
      press: { outcome, why: said.map(([code, facts]) => [code, { ...facts }]) },
    },
  };
}
