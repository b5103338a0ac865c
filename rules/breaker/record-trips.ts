import type { RulesDeps } from '../deps.ts';
import type { Trip } from './trip.ts';

/** After the commit only: what was rolled back did not happen. */
export function recordTrips(
  { metrics, log }: Pick<RulesDeps, 'metrics' | 'log'>,
  trips: readonly Trip[],
): void {
  for (const { scope, history, verdict } of trips) {
    metrics.breakerTrips.inc({ scope: scope.kind });
    log.error(
      { scope: scope.key, observed: history.observed, expected: verdict.expected },
      'the breaker halted ordering: the rate of orders is far above its own history',
    );
  }
}
