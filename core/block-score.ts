/** Where a block's use fell in what was predicted for it (PIT): P(X ≤ used), between these two. */
export interface BlockScore {
  readonly low: number;
  readonly high: number;
  /** How erratic the device was believed to be: E[1/v]. */
  readonly jitter: number;
  /** What it says of its month; absent: nothing. */
  readonly season?: SeasonScore;
}

/** Use of a block against what the device's own rate lets expect in a month like any other. */
export interface SeasonScore {
  /** 0 = January. */
  readonly month: number;
  /** Op-days of the block, months apart, and those that its use is worth at the rate before it. */
  readonly opDays: number;
  readonly usedOpDays: number;
}
