import type { WorldCosts } from './world-parameters.ts';

/** Why a filling ran out without a spare: the first cause that holds, in this order. */
export type StockoutCause =
  | 'late-parcel'
  | 'phantom-spare'
  | 'silent'
  | 'cold-start'
  | 'asked'
  | 'never-ordered'
  | 'too-late';

/** One filling's end: a new one was installed, or the world ended beside an empty device. */
export interface Cycle {
  readonly day: number;
  readonly installed: boolean;
  readonly stockout: boolean;
  readonly cause: StockoutCause | null;
  readonly lostDays: number;
  /** Fraction thrown away. */
  readonly residual: number;
  /** Days the new filling lay on the shelf. */
  readonly shelfDays: number;
}

export interface PlacedOrder {
  readonly day: number;
  readonly quantity: number;
  /** The customer was asked and agreed. */
  readonly asked: boolean;
  /** A spare lay on the shelf or another order was open when it was placed. */
  readonly duplicate: boolean;
  /** The installed filling lasted more than twice as long as the policy expected (at least the longest lead time). */
  readonly falseOrder: boolean;
}

/** Avoidable euro of one cycle: stockout, lost days, waste, holding. */
export function costOf(cycle: Cycle, costs: WorldCosts): number {
  return (
    (cycle.stockout ? costs.stockout : 0) +
    costs.lostWorkingDay * cycle.lostDays +
    costs.unit * cycle.residual +
    costs.shelfDay * cycle.shelfDays
  );
}
