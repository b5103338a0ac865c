import { z } from 'zod';
import type { Instant } from '../../core/types.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';

/**
 * How simulated time runs in every process of a chaos run: it stands nearly still for `stepMs` real
 * milliseconds and then jumps by `stepSimMs`, so that what belongs to one moment (a signed webhook and its
 * check) stays within it on a busy machine too.
 */
export const paceSchema = z.object({
  /** Of the machine's clock, when `start` was. */
  epoch: z.number(),
  start: z.number(),
  stepMs: z.number().positive(),
  stepSimMs: z.number().positive(),
});
export type Pace = z.infer<typeof paceSchema>;

/** What a process is told while it runs. */
export const clockMessage = z.object({
  /** Of all processes: time that was jumped over. */
  jumpedMs: z.number(),
  /** Of this one alone: how wrong its clock is. */
  skewMs: z.number(),
  /** Time stands still there; null: it runs. */
  frozenAt: z.number().nullable(),
});
export type ClockMessage = z.infer<typeof clockMessage>;

export class PacedClock implements Clock {
  readonly #pace: Pace;
  readonly #machine: Clock;
  set: ClockMessage = { jumpedMs: 0, skewMs: 0, frozenAt: null };

  constructor(pace: Pace, machine: Clock = systemClock) {
    this.#pace = pace;
    this.#machine = machine;
  }

  readonly now = (): Instant => {
    if (this.set.frozenAt !== null) return this.set.frozenAt;
    const { epoch, start, stepMs, stepSimMs } = this.#pace;
    const real = Math.max(0, this.#machine.now() - epoch);
    const steps = Math.floor(real / stepMs);
    return Math.floor(
      start + steps * stepSimMs + (real - steps * stepMs) + this.set.jumpedMs + this.set.skewMs,
    );
  };
}
