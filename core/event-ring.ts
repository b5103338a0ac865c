import { RING_SIZE, type RingEvent, roundEvent } from './state.ts';
import type { ConsumableEvent } from './types.ts';

/** Kinds of ring events, the low three bits of `code`. */
export const MEASURED = 0;
export const SOME = 1;
const UNKNOWN = 2;
export const REPLACED = 3;
export const DELIVERED = 4;
export const SHELF_COUNT = 5;
const KIND_MASK = 7;
const HISTORICAL_FLAG = 8;
const COUNTER_FLAG = 16;

export const kindOfEvent = (event: RingEvent): number => event.code & KIND_MASK;
export const isHistorical = (event: RingEvent): boolean => (event.code & HISTORICAL_FLAG) !== 0;
export const hasCounter = (event: RingEvent): boolean => (event.code & COUNTER_FLAG) !== 0;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 32-bit FNV-1a (Fowler, Noll, Vo); never 0, which means "none". */
function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0 || 1;
}

/** The event as the ring keeps it, rounded to its encoding. */
export function toRingEvent(event: ConsumableEvent): RingEvent {
  const plain = { at: event.at, seq: 0, code: 0, amount: 0, counter: 0, hash: 0 };
  switch (event.type) {
    case 'replaced':
      plain.code = event.historical === true ? REPLACED | HISTORICAL_FLAG : REPLACED;
      break;
    case 'delivered':
      plain.code = DELIVERED;
      plain.amount = event.quantity;
      plain.hash = hashOf(event.orderId);
      break;
    case 'shelf-count':
      plain.code = SHELF_COUNT;
      plain.amount = event.quantity;
      break;
    case 'reading': {
      const { level } = event;
      const measured = level.kind === 'measured' && Number.isFinite(level.value);
      plain.code = measured ? MEASURED : level.kind === 'some' ? SOME : UNKNOWN;
      if (measured) plain.amount = Math.min(Math.max(level.value, 0), 1);
      if (event.historical) plain.code |= HISTORICAL_FLAG;
      if (event.useCounter !== null && Number.isFinite(event.useCounter)) {
        plain.code |= COUNTER_FLAG;
        plain.counter = event.useCounter;
      }
      plain.seq = event.seq;
      if (event.supplySerial !== null && event.supplySerial !== '') plain.hash = hashOf(event.supplySerial);
    }
  }
  return roundEvent(plain);
}

/** Order of events: (at, seq), then kind, so that the order never depends on arrival. */
export function compareEvents(a: RingEvent, b: RingEvent): number {
  return a.at - b.at || a.seq - b.seq || kindOfEvent(a) - kindOfEvent(b) || a.hash - b.hash;
}

/** Two messages that tell the same thing: a reading's key is (at, seq), whatever it says. */
function isSame(a: RingEvent, b: RingEvent): boolean {
  if (a.at !== b.at || a.seq !== b.seq) return false;
  const [kindA, kindB] = [kindOfEvent(a), kindOfEvent(b)];
  if (kindA < REPLACED || kindB < REPLACED) return kindA < REPLACED && kindB < REPLACED;
  return kindA === kindB && a.hash === b.hash;
}

/**
 * Puts the event in its place, unless it is there already; returns the oldest event when the ring
 * overflows.
 */
export function insertInto(ring: RingEvent[], event: RingEvent): RingEvent | undefined {
  let place = ring.length;
  while (place > 0) {
    const before = ring[place - 1];
    if (before === undefined) break;
    if (isSame(before, event)) return undefined;
    if (compareEvents(before, event) < 0) break;
    place -= 1;
  }
  ring.splice(place, 0, event);
  return ring.length > RING_SIZE ? ring.shift() : undefined;
}
