import type { Cycle, StockoutCause } from './cycle.ts';
import type { DeviceWorld } from './device-world.ts';
import type { FillingPlan } from './fault-plan.ts';

const FULL: FillingPlan = { capacity: 1, bias: 0, rebound: null };
/** People shake a cartridge when it reads low. */
const SHAKEN_BELOW = 0.12;

/** The true state of one slot and its shelf while a policy runs. */
export class Slot {
  readonly cycles: Cycle[] = [];
  /** Days on which each spare arrived, oldest first. */
  readonly shelf: number[] = [];
  empty = false;
  emptySince: number | null = null;
  lostDays = 0;
  cause: StockoutCause | null = null;
  pages = 0;
  filling = 0;
  used: number;
  readonly #world: DeviceWorld;
  #shakenUntil = -1;
  #shaken = false;

  constructor(world: DeviceWorld) {
    this.#world = world;
    this.used = (1 - world.initialLevel) * this.plan.capacity;
  }

  get plan(): FillingPlan {
    return this.#world.faults.fillings[this.filling] ?? FULL;
  }

  get left(): number {
    return this.empty ? 0 : this.plan.capacity - this.used;
  }

  /** True fraction left. */
  get level(): number {
    return this.left / this.plan.capacity;
  }

  /** A spare is taken from the shelf; what was left in the device is thrown away. */
  install(day: number): void {
    const arrived = this.shelf.shift();
    if (arrived === undefined) throw new RangeError('no spare to install');
    this.cycles.push({
      day,
      installed: true,
      stockout: this.emptySince !== null,
      cause: this.cause,
      lostDays: this.lostDays,
      residual: this.level,
      shelfDays: day - arrived,
    });
    this.filling++;
    this.used = 0;
    this.empty = false;
    this.emptySince = null;
    this.lostDays = 0;
    this.cause = null;
    this.#shaken = false;
    this.#shakenUntil = -1;
  }

  /** The end of the world: a device that stands empty has had its stockout although nothing came after. */
  close(day: number): void {
    if (this.emptySince === null) return;
    const { cause, lostDays } = this;
    this.cycles.push({ day, installed: false, stockout: true, cause, lostDays, residual: 0, shelfDays: 0 });
  }

  /** Uses what the day demands; returns the swaps made. What cannot be used is lost, not put off. */
  useDay(day: number): number {
    const world = this.#world;
    const demand = world.use[day] ?? 0;
    const working = world.workday[day] ?? 0;
    let need = demand;
    let swaps = 0;
    if (this.empty) this.lostDays += working;
    while (need > 0 && !this.empty) {
      const take = Math.min(need, this.left);
      this.used += take;
      this.pages += take * (world.pagesPerFilling[day] ?? 0);
      need -= take;
      if (need <= 0) break;
      this.used = this.plan.capacity;
      if (this.shelf.length > 0) {
        this.install(day);
        swaps++;
      } else {
        this.empty = true;
        this.emptySince = day;
        this.lostDays += (need / demand) * working;
      }
    }
    return swaps;
  }

  /** Someone replaces a low filling although it is not empty. */
  earlySwap(day: number): boolean {
    const world = this.#world;
    const { perWorkingDay, belowLevel } = world.parameters.earlySwap;
    if (this.empty || this.shelf.length === 0 || this.level >= belowLevel || world.workday[day] !== 1)
      return false;
    if ((world.earlySwap[day] ?? 1) >= perWorkingDay) return false;
    this.install(day);
    return true;
  }

  /** What the gauge would show, before rounding. */
  gauge(day: number): number {
    const plan = this.plan;
    if (this.empty) return 0;
    const rebound = plan.rebound;
    if (rebound !== null && !this.#shaken && this.level < SHAKEN_BELOW) {
      this.#shaken = true;
      this.#shakenUntil = day + rebound.days;
    }
    const lift = rebound !== null && day < this.#shakenUntil ? rebound.height : 0;
    return this.level + plan.bias * (1 - this.level) + (this.#world.faults.noise[day] ?? 0) + lift;
  }
}
