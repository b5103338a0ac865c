import { z } from 'zod';
import type { Instant } from '../../core/types.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';

/**
 * What every process of a chaos run is told of the time, whenever it moves: it jumps by an hour and more when the
 * platform has done what was due, and stands nearly still in between, so that what belongs to one moment (a signed
 * webhook and its check) stays within it on a busy machine too.
 */
export const clockMessage = z.object({
  at: z.number(),
  /** Of this one process: how wrong its clock is. */
  skewMs: z.number(),
  /** Not even the machine's milliseconds pass. */
  frozen: z.boolean(),
});
export type ClockMessage = z.infer<typeof clockMessage>;

/** However long nothing is told, less passes than signatures are valid for. */
const LONGEST_MS = 60_000;

export class PacedClock implements Clock {
  readonly #machine: Clock;
  #told: ClockMessage;
  #toldAt: number;

  constructor(told: ClockMessage, machine: Clock = systemClock) {
    this.#machine = machine;
    this.#told = told;
    this.#toldAt = machine.now();
  }

  tell(told: ClockMessage): void {
    this.#told = told;
    this.#toldAt = this.#machine.now();
  }

  readonly now = (): Instant => {
    const { at, skewMs, frozen } = this.#told;
    const passed = Math.max(0, this.#machine.now() - this.#toldAt);
    return at + skewMs + (frozen ? 0 : Math.min(passed, LONGEST_MS));
  };
}
