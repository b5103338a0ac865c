/** The only source of time. Instants are milliseconds since 1970-01-01T00:00Z. */
export interface Clock {
  readonly now: () => number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is moved: the demo and the tests live through a year in minutes. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  /** Moves forward to `instant`; time never goes back. */
  advanceTo(instant: number): void {
    if (instant < this.#now)
      throw new RangeError(`The clock cannot go back to ${new Date(instant).toISOString()}.`);
    this.#now = instant;
  }
}
