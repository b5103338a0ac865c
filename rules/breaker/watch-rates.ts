import { HOUR_MS, type Instant } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import type { RulesDeps } from '../deps.ts';
import { activeScopes, foldRates, loadUnexplained } from './rates.ts';
import { recordTrips } from './record-trips.ts';
import { SCOPE_KINDS } from './scopes.ts';
import { breakerSettings, halt, tripOf } from './trip.ts';

/** Looks at every scope in which anything was ordered today, whoever ordered it; and folds what is too old. */
export async function watchRates(deps: RulesDeps, now: Instant): Promise<void> {
  const trips = await inTransaction(deps.database.pool, async (db) => {
    await foldRates(db, now);
    const settings = await breakerSettings(db);
    if (!settings.enabled) return [];
    const scopes = await activeScopes(db, now);
    const histories = await loadUnexplained(db, scopes, settings.graceHours * HOUR_MS, now);
    const tripped = [...histories].flatMap(([key, history]) => tripOf(key, history, settings) ?? []);
    // The narrowest kind first; what it does not explain trips at the next look.
    const kind = SCOPE_KINDS.find((one) => tripped.some(({ scope }) => scope.kind === one));
    return await halt(
      db,
      tripped.filter(({ scope }) => scope.kind === kind),
      now,
    );
  });
  recordTrips(deps, trips);
}
