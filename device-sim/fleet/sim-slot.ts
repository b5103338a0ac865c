import type { Instant } from '../../core/types.ts';
import type { SlotKind } from './device-kind.ts';

/** A filling that waits on the shelf. */
interface Spare {
  /** The platform's order that brought it; null: bought by the household itself. */
  readonly orderId: string | null;
  readonly arrivedAt: Instant;
}

/** The end of one filling, as it really was. */
export interface Cycle {
  /** When the next filling was needed: empty, or low enough to be swapped. */
  readonly neededAt: Instant;
  readonly installedAt: Instant;
  /** The slot was empty and no spare was there. */
  readonly stockout: boolean;
  /** Order that brought the filling put in. */
  readonly orderId: string | null;
  /** Days that it waited on the shelf; negative: days that the slot waited for it. */
  readonly daysEarly: number;
}

/** The true state of one slot and of the shelf beside it. */
export class SimSlot {
  readonly kind: SlotKind;
  readonly cycles: Cycle[] = [];
  readonly shelf: Spare[] = [];
  /** True fraction of the filling left. */
  level: number;
  /** Since when the slot is empty; null while it is not. */
  emptySince: Instant | null = null;
  /** The moments at which it ran dry with nothing on the shelf. */
  readonly stockouts: Instant[] = [];
  stockoutMs = 0;
  /** Fillings put in so far: names the serial of the next. */
  fillings = 0;
  readonly #perUse: number;
  readonly #swapBelow: number;

  /** `yieldFactor`: this device's true yield relative to the declared one. */
  constructor(kind: SlotKind, start: { level: number; yieldFactor: number; swapBelow: number }) {
    this.kind = kind;
    this.level = start.level;
    this.#perUse = kind.shareOfUses / (kind.yieldUses * start.yieldFactor);
    this.#swapBelow = start.swapBelow;
  }

  /** Takes `uses` evenly over the span; the moment it runs dry is interpolated. */
  use(uses: number, from: Instant, to: Instant): void {
    const taken = uses * this.#perUse;
    if (this.emptySince !== null || taken === 0) return;
    if (taken < this.level) {
      this.level -= taken;
      return;
    }
    const dryAt = Math.round(from + (this.level / taken) * (to - from));
    this.emptySince = dryAt;
    this.level = 0;
    if (!this.shelf.some(({ arrivedAt }) => arrivedAt <= dryAt)) this.stockouts.push(dryAt);
  }

  receive(orderId: string | null, arrivedAt: Instant, fillings: number): void {
    for (let i = 0; i < fillings; i += 1) this.shelf.push({ orderId, arrivedAt });
  }

  /** Whether somebody who is there would put a spare in. */
  get wantsSwap(): boolean {
    return this.shelf.length > 0 && (this.emptySince !== null || this.level <= this.#swapBelow);
  }

  /** Puts the oldest spare in. */
  install(at: Instant): void {
    const spare = this.shelf.shift();
    if (spare === undefined) throw new RangeError('There is no spare to put in.');
    const neededAt = this.emptySince ?? at;
    const stockout = this.emptySince !== null && spare.arrivedAt > this.emptySince;
    if (stockout && this.emptySince !== null) this.stockoutMs += at - this.emptySince;
    this.cycles.push({
      neededAt,
      installedAt: at,
      stockout,
      orderId: spare.orderId,
      daysEarly: (neededAt - spare.arrivedAt) / 86_400_000,
    });
    this.level = 1;
    this.emptySince = null;
    this.fillings += 1;
  }
}
