import type { DeviceEvent, Telemetry } from '../../contracts/mqtt.ts';
import type { Instant } from '../../core/types.ts';
import { type Chance, chanceOf } from '../backtest/chance.ts';
import type { DeviceKind } from './device-kind.ts';
import { reading } from './gauge.ts';
import { HABITS, type HabitName, type Habits, quarterOf, Usage } from './habits.ts';
import { SimSlot } from './sim-slot.ts';

/** One device of the simulated world, before it is registered anywhere. */
export interface DevicePlan {
  /** Unique in the world; also names its streams of chance. */
  readonly name: string;
  readonly kind: DeviceKind;
  readonly habits: HabitName;
  /** Mean uses (pages, cups) of an average day. */
  readonly usesPerDay: number;
  /** Fractions left at the start, by slot. */
  readonly levels: Readonly<Record<string, number>>;
  /** Days that an empty slot waits until the household buys a filling itself. */
  readonly patienceDays: number;
  /** The device tells when a filling is put in, and the serial of the filling. */
  readonly notifiesSwap: boolean;
  readonly tellsSerial: boolean;
}

const DAY_MS = 86_400_000;

/** The true device: what is really left, what it really counts, and what it would say of it. */
export class SimDevice {
  readonly plan: DevicePlan;
  readonly slots: readonly SimSlot[];
  readonly #habits: Habits;
  readonly #usage: Usage;
  readonly #gauge: Chance;
  readonly #timeZone: string;
  #counter: number;
  #seq = 0;

  constructor(plan: DevicePlan, seed: number, timeZone: string) {
    this.plan = plan;
    this.#timeZone = timeZone;
    this.#habits = HABITS[plan.habits];
    this.#usage = new Usage(this.#habits, plan.usesPerDay, chanceOf(seed, plan.name, 'use'));
    this.#gauge = chanceOf(seed, plan.name, 'gauge');
    this.#counter = plan.kind.capturedCounter;
    this.slots = plan.kind.slots.map((kind) => {
      const chance = chanceOf(seed, plan.name, kind.key, 'slot');
      return new SimSlot(kind, {
        level: plan.levels[kind.key] ?? 1,
        yieldFactor: Math.exp(0.2 * chance.normal()),
        swapBelow: chance.between(this.#habits.swapBelow),
      });
    });
  }

  /** Lives from one instant to the next; returns the slots that got a new filling. */
  live(from: Instant, to: Instant, absent: boolean): SimSlot[] {
    const uses = this.#usage.draw({ from, to }, this.#timeZone, absent);
    // Most devices refuse to work while one of their supplies is empty.
    if (!this.slots.some((slot) => slot.emptySince !== null)) {
      this.#counter += uses;
      for (const slot of this.slots) slot.use(uses, from, to);
    }
    const quarter = quarterOf((from + to) / 2, this.#timeZone);
    if (absent || !this.#habits.handyQuarters.includes(quarter)) return [];
    return this.slots.filter((slot) => this.#tend(slot, to));
  }

  #tend(slot: SimSlot, at: Instant): boolean {
    const waited = slot.emptySince === null ? 0 : at - slot.emptySince;
    if (slot.shelf.length === 0 && waited > this.plan.patienceDays * DAY_MS) slot.receive(null, at, 1);
    if (!slot.wantsSwap) return false;
    slot.install(at);
    return true;
  }

  telemetry(at: Instant, historical = false): Telemetry {
    this.#seq += 1;
    const consumables = this.slots.map((slot) => {
      const serial = this.plan.tellsSerial ? `${slot.kind.product.sku}-${slot.fillings}` : null;
      return [slot.kind.key, reading(slot.level, slot.kind, this.#gauge, serial)] as const;
    });
    return {
      v: 1,
      at: new Date(at).toISOString(),
      seq: this.#seq,
      consumables: Object.fromEntries(consumables),
      counters: { [this.plan.kind.counterKey]: this.#counter },
      ...(historical ? { historical } : {}),
    };
  }

  replaced(slot: SimSlot, at: Instant, historical = false): DeviceEvent {
    this.#seq += 1;
    return {
      v: 1,
      at: new Date(at).toISOString(),
      seq: this.#seq,
      type: 'replaced',
      consumable: slot.kind.key,
      ...(historical ? { historical } : {}),
    };
  }
}
