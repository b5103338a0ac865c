import type { ConsumableEvent, ConsumableProfile, Instant, Level, ReadingEvent } from '../../core/types.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import type { DeviceWorld } from './device-world.ts';
import type { Slot } from './slot.ts';
import { FAMILIES } from './world-parameters.ts';

/** An OK/LOW/OUT gauge says LOW at this gauge level: the customary warning. */
const LOW_BELOW = 0.15;
/** What the decoders make of LOW: the middle of a step of 20 %, so that it means "somewhere in 0…0.2". */
const LOW_VALUE = 0.1;
const COARSE_QUANTUM = 0.2;
const REVIEW_HOUR = 21;

export const midnight = (world: DeviceWorld, day: number): Instant => (world.firstDay + day) * DAY_MS;
export const reviewAt = (world: DeviceWorld, day: number): Instant =>
  midnight(world, day) + REVIEW_HOUR * HOUR_MS;

/** What is known about the slot without any reading. */
export function profileOf(world: DeviceWorld): ConsumableProfile {
  const { gauge, parameters } = world;
  return {
    key: `device-${world.seed}-${world.index}`,
    name: 'Black toner',
    polarity: 'depletes',
    gaugeQuantum: gauge.quantum ?? COARSE_QUANTUM,
    gaugeNoise: gauge.noise,
    yieldUses: parameters.pages.perFilling,
    typicalLifeDays: FAMILIES[world.family].typicalLifeDays,
    shelfLifeDays: null,
  };
}

function levelOf(world: DeviceWorld, gauge: number): Level {
  const { quantum } = world.gauge;
  const clamped = Math.min(1, Math.max(0, gauge));
  if (quantum !== null)
    return { kind: 'measured', value: Math.min(1, Math.round(clamped / quantum) * quantum) };
  if (clamped <= 0.002) return { kind: 'measured', value: 0 };
  return clamped < LOW_BELOW ? { kind: 'measured', value: LOW_VALUE } : { kind: 'some' };
}

/** Readings on their way from the device: late, doubled or never. */
export class ReadingPath {
  readonly #world: DeviceWorld;
  readonly #due = new Map<number, ReadingEvent[]>();
  #seq = 0;

  constructor(world: DeviceWorld) {
    this.#world = world;
  }

  /** The device reports at the end of a day. */
  report(day: number, slot: Slot): void {
    const { faults } = this.#world;
    // The gauge is asked also when nobody hears it: a shaken cartridge does not wait for the network.
    const gauge = slot.gauge(day);
    this.#seq++;
    if (faults.silent[day] === 1) return;
    const level: Level =
      faults.unknownLevel[day] === 1
        ? { kind: 'unknown' }
        : levelOf(this.#world, faults.falseZero[day] === 1 ? 0 : gauge);
    const reading: ReadingEvent = {
      type: 'reading',
      at: Math.round(midnight(this.#world, day) + (faults.hour[day] ?? 18) * HOUR_MS + faults.clockSkewMs),
      seq: this.#seq,
      level,
      useCounter: Math.floor(slot.pages),
      supplySerial: faults.tellsSerial ? `S${slot.filling}` : null,
      historical: false,
    };
    const arrives = day + (faults.delay[day] ?? 0);
    this.#push(arrives, reading);
    if (faults.duplicate[day] === 1) this.#push(arrives + (day % 2), reading);
  }

  #push(day: number, reading: ReadingEvent): void {
    const list = this.#due.get(day);
    if (list === undefined) this.#due.set(day, [reading]);
    else list.push(reading);
  }

  take(day: number): ConsumableEvent[] {
    const due = this.#due.get(day) ?? [];
    this.#due.delete(day);
    return due;
  }
}
