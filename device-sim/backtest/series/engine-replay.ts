import type { ConsumableState, Model } from '../../../core/state.ts';
import { step } from '../../../core/step.ts';
import {
  type ConsumableProfile,
  DAY_MS,
  HOUR_MS,
  type Instant,
  type Level,
  type Population,
  type StepContext,
} from '../../../core/types.ts';
import { useForecast } from '../../../core/use-forecast.ts';
import { emptyBy, tipOf } from '../../core-filter/engine-view.ts';
import { tableForecast } from '../policies/table-forecast.ts';
import type { UseForecast } from '../policy.ts';
import type { EpochDay } from '../world-calendar.ts';

/** A site without closures that only wants to be told (strategy `coach`): series are watched, not supplied. */
function watchContext(profile: ConsumableProfile, population: Population | null): StepContext {
  return {
    profile,
    calendar: { timeZone: 'UTC', closures: [], holds: [] },
    leadTime: { pmf: [0, 0, 0.25, 0.35, 0.25, 0.15] },
    costs: { stockoutMinor: 2500, stockoutPerDayMinor: 4000, holdingPerDayMinor: 6, shippingMinor: 0 },
    settings: { reviewPeriodMs: DAY_MS, cancelWindowMs: 0, staleAfterMs: 14 * DAY_MS },
    strategy: 'coach',
    offer: null,
    openOrder: null,
    mandate: null,
    spend: { minor: 0, orders: 0, lastOrderAt: null },
    halts: [],
    population,
  };
}

const READING_HOUR = 20;
export const readingAt = (day: EpochDay): Instant => day * DAY_MS + READING_HOUR * HOUR_MS;

/** Feeds one consumable's daily readings to production's `step` and asks for forecasts. */
export class EngineReplay {
  readonly #context: StepContext;
  #state: ConsumableState | null = null;
  #seq = 0;

  constructor(profile: ConsumableProfile, population: Population | null = null) {
    this.#context = watchContext(profile, population);
  }

  /** The day's reading; returns the instants of new fillings that the engine saw in it. */
  read(day: EpochDay, level: Level, useCounter: number | null): Instant[] {
    this.#seq++;
    const at = readingAt(day);
    const reading = {
      type: 'reading' as const,
      at,
      seq: this.#seq,
      level,
      useCounter,
      supplySerial: null,
      historical: false,
    };
    const result = step(this.#state, [reading], this.#context, at);
    this.#state = result.state;
    return result.commands.flatMap((command) => (command.type === 'installed' ? [command.at] : []));
  }

  #tip(day: EpochDay): Model {
    return tipOf(this.#state, this.#context, readingAt(day));
  }

  /** Use in the `days` days after `day`, in fillings. */
  forecast(day: EpochDay, days: number): UseForecast {
    const { cdf, mean } = useForecast(this.#state, this.#context, readingAt(day), readingAt(day + days));
    return tableForecast(cdf, mean);
  }

  /** Days until the filling is empty with probability `p`, by search; null beyond `horizonDays`. */
  daysToEmpty(day: EpochDay, p: number, horizonDays: number): number | null {
    const emptyAt = emptyBy(this.#tip(day), this.#context);
    const empty = (days: number): number => emptyAt(readingAt(day) + days * DAY_MS);
    if (empty(horizonDays) < p) return null;
    let low = 0;
    let high = horizonDays;
    while (high - low > 0.05) {
      const middle = (low + high) / 2;
      if (empty(middle) < p) low = middle;
      else high = middle;
    }
    return high;
  }
}
