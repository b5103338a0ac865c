import type { Telemetry } from '../contracts/mqtt.ts';

/** `2026-11-21T10:00:00Z`, with or without milliseconds, on a day that every month has. */
const COMMON_INSTANT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;
const MAX_CONSUMABLES = 64;
const MAX_KEY = 64;
const MAX_SERIAL = 128;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Recognises the telemetry that nearly every device sends, eight times faster than the contract
 * (docs/decisions/0006-ingest.md). null means undecided, never refused: the contract then decides.
 * A property test holds the two together.
 */
export function readCommonTelemetry(value: unknown): Telemetry | null {
  if (!isObject(value) || value['v'] !== 1) return null;
  const { at, seq, consumables, counters, historical } = value;
  if (typeof at !== 'string' || !COMMON_INSTANT.test(at)) return null;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0) return null;
  if (!isObject(consumables) || !areCommonConsumables(consumables)) return null;
  if (counters !== undefined && !areCommonCounters(counters)) return null;
  if (historical !== undefined && typeof historical !== 'boolean') return null;
  return value as Telemetry;
}

function areCommonConsumables(consumables: Json): boolean {
  let count = 0;
  for (const key in consumables) {
    count += 1;
    if (count > MAX_CONSUMABLES || !isCommonKey(key) || !isCommonConsumable(consumables[key])) return false;
  }
  return true;
}

function isCommonConsumable(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { level, amount, unit, serial } = value;
  if (serial !== undefined && (typeof serial !== 'string' || serial.length > MAX_SERIAL)) return false;
  if (level !== undefined) {
    if (amount !== undefined || unit !== undefined) return false;
    return typeof level === 'number' ? level >= 0 && level <= 1 : level === 'some' || level === 'unknown';
  }
  if (typeof amount !== 'number' || !(amount >= 0 && amount < Number.POSITIVE_INFINITY)) return false;
  return typeof unit === 'string' && unit.length >= 1 && unit.length <= 16;
}

function areCommonCounters(counters: unknown): boolean {
  if (!isObject(counters)) return false;
  for (const key in counters) {
    const count = counters[key];
    if (!isCommonKey(key)) return false;
    if (typeof count !== 'number' || !(count >= 0 && count < Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}

/** `__proto__` is a key like any other on the wire, but not for every way of copying objects. */
const isCommonKey = (key: string): boolean => key.length >= 1 && key.length <= MAX_KEY && key !== '__proto__';
