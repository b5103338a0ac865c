import type { ConsumableEvent } from '../../core/types.ts';
import { HOUR_MS } from '../../core/types.ts';
import type { Cycle, PlacedOrder, StockoutCause } from './cycle.ts';
import type { DeviceWorld } from './device-world.ts';
import type { Policy, PolicyRun, Review, Truth, UseForecast, Verdict } from './policy.ts';
import { midnight, profileOf, ReadingPath, reviewAt } from './reading-path.ts';
import { Slot } from './slot.ts';

/** Deliveries come in the morning, before the day's use. */
const DELIVERY_HOUR = 9;
/** An ordinary parcel takes at most this many business days: later is the parcel's fault. */
const LATE_FROM_BUSINESS_DAYS = 6;
const SILENT_DAYS = 7;

interface ForecastSample {
  readonly day: number;
  readonly horizonDays: number;
  readonly forecast: UseForecast;
  /** What was truly demanded, in nominal fillings. */
  readonly actual: number;
}

export interface DeviceOutcome {
  readonly cycles: readonly Cycle[];
  readonly orders: readonly PlacedOrder[];
  /** Days that spares lay on the shelf at the end without having been installed. */
  readonly unusedShelfDays: number;
}

export interface SimulationOptions {
  /** Forecasts are taken every so many days; 0: none. */
  readonly forecastEveryDays: number;
  readonly onForecast: (sample: ForecastSample) => void;
}

interface Shipment {
  readonly orderId: string;
  readonly placedDay: number;
  readonly quantity: number;
  readonly businessDays: number | null;
  /** Delivery, or the day the merchant says that it is lost. */
  readonly dueDay: number;
}

/** The day that is `businessDays` working days after `day`; nobody takes a parcel on other days. */
export function arrivalDay(world: DeviceWorld, day: number, businessDays: number): number {
  let left = businessDays;
  let at = day;
  while (left > 0) {
    at++;
    // Beyond the drawn calendar every day counts: it only matters for parcels after the horizon.
    if ((world.workday[at] ?? 1) === 1) left--;
  }
  return at;
}

/** Lives one device's days under one policy. Chance is in `world`, so every policy meets the same. */
export function simulateDevice(
  world: DeviceWorld,
  policy: Policy,
  options: SimulationOptions,
): DeviceOutcome {
  const run = new DeviceRun(world, policy, options);
  for (let day = 0; day < world.days; day++) run.live(day);
  return run.finish();
}

class DeviceRun {
  readonly #world: DeviceWorld;
  readonly #options: SimulationOptions;
  readonly #slot: Slot;
  readonly #path: ReadingPath;
  readonly #policy: PolicyRun;
  readonly #orders: PlacedOrder[] = [];
  #open: Shipment | null = null;
  #pending: Verdict | null = null;
  #believedShelf = 0;
  #lastHeard = 0;

  constructor(world: DeviceWorld, policy: Policy, options: SimulationOptions) {
    this.#world = world;
    this.#options = options;
    this.#slot = new Slot(world);
    this.#path = new ReadingPath(world);
    this.#policy = policy.start(world, profileOf(world));
  }

  live(day: number): void {
    const events: ConsumableEvent[] = [];
    const slot = this.#slot;
    const told = (hour: number): void => {
      if (this.#world.gauge.notifiesSwap) {
        events.push({ type: 'replaced', at: midnight(this.#world, day) + hour * HOUR_MS });
      }
    };
    this.#deliver(day, events, told);
    const wasEmpty = slot.empty;
    for (let swaps = slot.useDay(day); swaps > 0; swaps--) told(12);
    if (slot.empty && !wasEmpty) slot.cause = this.#causeOf(day);
    if (slot.earlySwap(day)) told(13);
    this.#path.report(day, slot);
    const arrived = this.#path.take(day);
    if (arrived.length > 0) this.#lastHeard = day;
    events.push(...arrived);
    this.#review(day, events);
  }

  #deliver(day: number, events: ConsumableEvent[], told: (hour: number) => void): void {
    const open = this.#open;
    if (open === null || open.dueDay > day) return;
    this.#open = null;
    if (open.businessDays === null) return;
    const at = midnight(this.#world, day) + DELIVERY_HOUR * HOUR_MS;
    events.push({ type: 'delivered', at, orderId: open.orderId, quantity: open.quantity });
    for (let i = 0; i < open.quantity; i++) this.#slot.shelf.push(day);
    if (this.#slot.empty) {
      this.#slot.install(day);
      told(DELIVERY_HOUR + 1);
    }
  }

  #review(day: number, events: readonly ConsumableEvent[]): void {
    const world = this.#world;
    const open = this.#open;
    const review: Review = {
      day,
      now: reviewAt(world, day),
      events,
      openOrder:
        open === null
          ? null
          : { orderId: open.orderId, placedAt: reviewAt(world, open.placedDay), quantity: open.quantity },
    };
    const slot = this.#slot;
    const truth: Truth = {
      world,
      left: slot.left,
      capacity: slot.plan.capacity,
      shelf: slot.shelf.length,
      orders: this.#orders.length,
    };
    const verdict = this.#policy.review(review, truth);
    this.#believedShelf = verdict.believedShelf;
    this.#forecast(review, truth);
    if (verdict.quantity <= 0) {
      this.#pending = null;
      return;
    }
    this.#pending = verdict;
    if (verdict.asks && !this.#customerAgrees(day)) return;
    this.#pending = null;
    this.#place(day, verdict);
  }

  #customerAgrees(day: number): boolean {
    const { answers, workday, parameters } = this.#world;
    const { answersPerWorkingDay, agreesBelowLevel } = parameters.asked;
    if (workday[day] !== 1 || (answers[day] ?? 1) >= answersPerWorkingDay) return false;
    return this.#slot.level < agreesBelowLevel && this.#slot.shelf.length === 0;
  }

  #forecast(review: Review, truth: Truth): void {
    const every = this.#options.forecastEveryDays;
    if (every === 0 || this.#policy.forecast === undefined || review.day % every !== every - 1) return;
    for (const horizonDays of [7, 14]) {
      if (review.day + horizonDays >= this.#world.days) continue;
      const forecast = this.#policy.forecast(review, truth, horizonDays);
      let actual = 0;
      for (let i = 1; i <= horizonDays; i++) actual += this.#world.use[review.day + i] ?? 0;
      this.#options.onForecast({ day: review.day, horizonDays, forecast, actual });
    }
  }

  #place(day: number, verdict: Verdict): void {
    const world = this.#world;
    const index = this.#orders.length;
    const businessDays = world.leadDays[index] ?? null;
    this.#orders.push({
      day,
      quantity: verdict.quantity,
      asked: verdict.asks,
      duplicate: this.#open !== null || this.#slot.shelf.length > 0,
      falseOrder: this.#outlasts(day, verdict.expectedDays),
    });
    if (this.#open !== null) return;
    const due = businessDays ?? world.parameters.leadTimes.lostKnownAfterDays;
    this.#open = {
      orderId: `order-${index}`,
      placedDay: day,
      quantity: verdict.quantity,
      businessDays,
      dueDay: arrivalDay(world, day, due),
    };
  }

  /** Would what is installed last more than twice as long as expected, and longer than any parcel takes? */
  #outlasts(day: number, expectedDays: number | null): boolean {
    if (expectedDays === null) return false;
    const { ordinary, lateDays } = this.#world.parameters.leadTimes;
    const longestLead = Math.ceil(((ordinary.length - 1 + lateDays[1]) * 7) / 5);
    const limit = 2 * Math.max(expectedDays, longestLead);
    let left = this.#slot.left;
    for (let i = 1; i <= limit; i++) {
      left -= this.#world.use[day + i] ?? Number.POSITIVE_INFINITY;
      if (left <= 0) return false;
    }
    return true;
  }

  #causeOf(day: number): StockoutCause {
    const open = this.#open;
    if (open !== null && (open.businessDays === null || open.businessDays >= LATE_FROM_BUSINESS_DAYS)) {
      return 'late-parcel';
    }
    if (open === null && this.#believedShelf >= 0.5) return 'phantom-spare';
    if (day - this.#lastHeard >= SILENT_DAYS) return 'silent';
    if (day < this.#world.parameters.coldStartDays) return 'cold-start';
    if (this.#pending !== null) return 'asked';
    return open === null ? 'never-ordered' : 'too-late';
  }

  finish(): DeviceOutcome {
    const slot = this.#slot;
    slot.close(this.#world.days - 1);
    const unusedShelfDays = slot.shelf.reduce((sum, arrived) => sum + this.#world.days - arrived, 0);
    return { cycles: slot.cycles, orders: this.#orders, unusedShelfDays };
  }
}
