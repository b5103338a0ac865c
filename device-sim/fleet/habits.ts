import { localDate, weekday } from '../../core/calendar.ts';
import { HOUR_MS, type Instant } from '../../core/types.ts';
import type { Chance } from '../backtest/chance.ts';

/** How a kind of household uses its devices. */
export interface Habits {
  /** Relative use Monday … Sunday. */
  readonly weekday: readonly number[];
  /** Share of a day's use in each quarter of the local day, from midnight. */
  readonly quarters: readonly [number, number, number, number];
  /** Share of days on which a device is used at all. */
  readonly activeShare: number;
  /** Shape of the gamma-distributed use of an active day: 1/shape is its squared variation. */
  readonly dailyShape: number;
  /** Level at which a spare is put in, when one lies on the shelf: few wait for the very last drop. */
  readonly swapBelow: readonly [number, number];
  /** People put spares in while they are there: quarters of the local day. */
  readonly handyQuarters: readonly number[];
}

export const HABITS = {
  office: {
    weekday: [1.5, 1.4, 1.4, 1.4, 1.2, 0.05, 0.05],
    quarters: [0, 0.45, 0.52, 0.03],
    activeShare: 1,
    dailyShape: 2.5,
    swapBelow: [0, 0.03],
    handyQuarters: [1, 2],
  },
  home: {
    weekday: [0.8, 0.8, 0.8, 0.9, 1, 1.4, 1.3],
    quarters: [0.02, 0.28, 0.3, 0.4],
    activeShare: 0.9,
    dailyShape: 2,
    swapBelow: [0, 0.02],
    handyQuarters: [1, 2, 3],
  },
  cafe: {
    weekday: [0.7, 0.8, 0.9, 1, 1.3, 1.5, 0.8],
    quarters: [0, 0.5, 0.4, 0.1],
    activeShare: 0.97,
    dailyShape: 6,
    swapBelow: [0, 0.05],
    handyQuarters: [1, 2, 3],
  },
} as const satisfies Record<string, Habits>;
export type HabitName = keyof typeof HABITS;

/** 0 … 3: the quarter of the local day in which the instant lies. */
export function quarterOf(at: Instant, timeZone: string): 0 | 1 | 2 | 3 {
  const hour = Number(
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(at),
  );
  const quarter = Math.floor(hour / 6);
  return quarter === 0 || quarter === 1 || quarter === 2 ? quarter : 3;
}

/** Uses of one device, day by day, from its own stream of chance. */
export class Usage {
  readonly #habits: Habits;
  readonly #perDay: number;
  readonly #chance: Chance;
  #date = '';
  #today = 0;

  /** `perDay`: mean uses of an average day. */
  constructor(habits: Habits, perDay: number, chance: Chance) {
    this.#habits = habits;
    this.#perDay = perDay;
    this.#chance = chance;
  }

  /** Whole uses in a span of at most a quarter of a day; `absent`: nobody is there. */
  draw(span: { readonly from: Instant; readonly to: Instant }, timeZone: string, absent: boolean): number {
    const middle = (span.from + span.to) / 2;
    const date = localDate(middle, timeZone);
    if (date !== this.#date) {
      this.#date = date;
      this.#today = this.#drawDay(date);
    }
    const quarters = (span.to - span.from) / QUARTER_MS;
    const share = this.#habits.quarters[quarterOf(middle, timeZone)] * quarters;
    // Drawn even when absent, so that an absence does not shift the chance of the days after it.
    const uses = Math.floor(this.#today * share + this.#chance.uniform());
    return absent ? 0 : uses;
  }

  #drawDay(date: string): number {
    const { weekday: week, activeShare, dailyShape } = this.#habits;
    const mean = week.reduce((sum, factor) => sum + factor, 0) / week.length;
    const factor = (week[weekday(date)] ?? 1) / mean;
    const active = this.#chance.uniform() < activeShare;
    const size = this.#chance.gamma(dailyShape) / dailyShape;
    return active ? (this.#perDay * factor * size) / activeShare : 0;
  }
}

export const QUARTER_MS = 6 * HOUR_MS;
