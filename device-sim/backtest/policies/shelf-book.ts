import type { ConsumableEvent, Instant } from '../../../core/types.ts';
import { DAY_MS } from '../../../core/types.ts';

/** One believed level in time order. */
export interface LevelPoint {
  readonly at: Instant;
  readonly level: number;
}

/** A rise by this much is a new filling … */
const SWAP_JUMP = 0.2;
/** … once a second reading confirms it. */
const CONFIRMING_READINGS = 2;
/** A device that reads zero for so many days has no spare that anybody would put in. */
const EMPTY_DAYS = 14;

/**
 * What every plain rule needs besides its formula: the last level, the levels of this filling, and an
 * integer count of spares. A sober implementation, as a careful shop would write it: repeated and late
 * readings are dropped, one odd reading is ignored, and a spare that stays unused at an empty device is
 * struck off the books.
 */
export class ShelfBook {
  spares = 0;
  level: number | null = null;
  /** Readings since the last seen swap. */
  points: LevelPoint[] = [];
  #newest = Number.NEGATIVE_INFINITY;
  #candidate: LevelPoint[] = [];
  #emptySince: Instant | null = null;

  take(events: readonly ConsumableEvent[]): void {
    for (const event of events) {
      if (event.type === 'delivered') this.spares += event.quantity;
      else if (event.type === 'replaced') this.#swap([]);
      else if (event.type === 'reading' && event.level.kind === 'measured' && event.at > this.#newest) {
        this.#newest = event.at;
        this.#read({ at: event.at, level: event.level.value });
      }
    }
  }

  #read(point: LevelPoint): void {
    const last = this.level;
    const odd = last !== null && Math.abs(point.level - last) >= SWAP_JUMP;
    if (odd) {
      this.#candidate.push(point);
      if (this.#candidate.length < CONFIRMING_READINGS) return;
      if (point.level > last) this.#swap(this.#candidate);
      else this.#accept(point);
      return;
    }
    this.#accept(point);
  }

  #accept(point: LevelPoint): void {
    this.#candidate = [];
    this.level = point.level;
    this.points.push(point);
    if (this.points.length > 120) this.points.shift();
    this.#emptySince = point.level > 0 ? null : (this.#emptySince ?? point.at);
    if (this.#emptySince !== null && point.at - this.#emptySince >= EMPTY_DAYS * DAY_MS) this.spares = 0;
  }

  #swap(points: readonly LevelPoint[]): void {
    this.spares = Math.max(0, this.spares - 1);
    this.points = [...points];
    this.level = points.at(-1)?.level ?? null;
    this.#candidate = [];
    this.#emptySince = null;
  }

  /** Level now if use went on at `perDay` since the last reading. */
  extrapolated(now: Instant, perDay: number): number | null {
    const last = this.points.at(-1);
    if (last === undefined) return this.level;
    return last.level - (perDay * Math.max(0, now - last.at)) / DAY_MS;
  }
}
