import {
  BREAKER_SETTING,
  type BreakerSettings,
  breakerSettingsSchema,
} from '../../contracts/http/breaker.ts';
import { type BreakerHistory, type BreakerVerdict, breakerVerdict } from '../../core/breaker.ts';
import type { Halt, Instant } from '../../core/types.ts';
import { addMessages } from '../../platform/messages/add-messages.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { readSetting } from '../../platform/settings/staff-settings.ts';
import { type BreakerScope, type ScopeKind, scopeOf } from './scopes.ts';

export const breakerSettings = (db: Queryable): Promise<BreakerSettings> =>
  readSetting(db, BREAKER_SETTING, breakerSettingsSchema);

/** A scope whose orders are stopped. */
export interface Trip {
  readonly scope: BreakerScope;
  readonly history: BreakerHistory;
  readonly verdict: BreakerVerdict;
}

const HALF_LIFE_DAYS = 7;

/** The trip of a scope with that many orders today; null: nothing unusual. */
export function tripOf(key: string, history: BreakerHistory, settings: BreakerSettings): Trip | null {
  const scope = scopeOf(key);
  const floorPerDay = scope.kind === 'all' ? settings.floorPerDay : settings.narrowFloorPerDay;
  const rule = { floorPerDay, chance: settings.chance, halfLifeDays: HALF_LIFE_DAYS };
  const verdict = breakerVerdict(history, rule);
  return verdict.trips ? { scope, history, verdict } : null;
}

/** What customers read; the figures are for the staff. */
const REASON = 'Unusually many orders came at once; our staff look into it.';

const HALT_SCOPES: Readonly<Record<ScopeKind, Halt['scope']>> = {
  firmware: 'firmware',
  model: 'device-model',
  product: 'product',
  all: 'global',
};

export const haltOf = ({ scope }: Trip): Halt => ({ scope: HALT_SCOPES[scope.kind], reason: REASON });

/** Not again where it stands already: another worker may have been faster. */
const HALT = `
  INSERT INTO halt (product_id, device_model_id, firmware, reason, actor, created_at, detail)
  SELECT t."productId", t."deviceModelId", t.firmware, $2, 'breaker', $3, t.detail
  FROM jsonb_to_recordset($1::jsonb) AS t("productId" uuid, "deviceModelId" uuid, firmware text, detail jsonb)
  WHERE NOT EXISTS (
    SELECT FROM halt h WHERE h.lifted_at IS NULL AND h.actor = 'breaker' AND h.detail ->> 'scope' = t.detail ->> 'scope'
  )
  RETURNING id, detail ->> 'scope' AS scope`;

/** Halts the scopes and alerts the staff, in the caller's transaction; returns the trips that were new. */
export async function halt(db: Queryable, trips: readonly Trip[], now: Instant): Promise<readonly Trip[]> {
  if (trips.length === 0) return [];
  const asked = trips.map(({ scope, history, verdict }) => ({
    ...scope.halt,
    detail: {
      scope: scope.key,
      observed: history.observed,
      expected: Math.round(verdict.expected * 10) / 10,
      days: history.days.length,
    },
  }));
  const { rows } = await db.query<{ id: string; scope: string }>(HALT, [
    JSON.stringify(asked),
    REASON,
    new Date(now),
  ]);
  const made = new Map(rows.map(({ id, scope }) => [scope, id]));
  const fresh = trips.filter(({ scope }) => made.has(scope.key));
  await addMessages(
    db,
    fresh.map((trip) => ({
      kind: 'ops-alert',
      customerId: null,
      key: `breaker:${made.get(trip.scope.key)}`,
      detail: { code: 'breaker-tripped', text: alertOf(trip), path: '/ops/halts' },
    })),
    now,
  );
  return fresh;
}

const NAMES: Readonly<Record<ScopeKind, string>> = {
  firmware: 'devices with one firmware version',
  model: 'devices of one model',
  product: 'one product',
  all: 'the whole fleet',
};

function alertOf({ scope, history, verdict }: Trip): string {
  const expected = Math.round(verdict.expected);
  const what = `${NAMES[scope.kind]} (${scope.key})`;
  return `Ordering for ${what} was halted: ${history.observed} orders within a day, where ${expected} would be many. Lift the halt when you know why.`;
}
