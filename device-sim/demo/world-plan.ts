import { addDays, localDate } from '../../core/calendar.ts';
import type { Instant, LocalDate } from '../../core/types.ts';
import { chanceOf } from '../backtest/chance.ts';
import type { DeviceKind } from '../fleet/device-kind.ts';
import type { HabitName } from '../fleet/habits.ts';
import type { DevicePlan } from '../fleet/sim-device.ts';
import { chooseKinds } from './choose-kinds.ts';
import { type Misdeed, planMisdeeds } from './misdeeds.ts';
import { isCovered, type Role, roleOf, termsOf } from './roles.ts';

export interface HoldPlan {
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Simulated day on which the customer tells the platform. */
  readonly toldOnDay: number;
}

export interface CustomerPlan {
  readonly name: string;
  readonly timeZone: string;
  readonly role: Role;
  readonly devices: readonly DevicePlan[];
  readonly holds: readonly HoldPlan[];
}

/** Everything about the world that is decided before it starts. */
export interface WorldPlan {
  readonly seed: number;
  readonly start: Instant;
  readonly days: number;
  readonly customers: readonly CustomerPlan[];
  readonly misdeeds: readonly Misdeed[];
}

export interface WorldRequest {
  readonly seed: number;
  readonly start: Instant;
  readonly days: number;
  readonly devices: number;
  readonly captured: readonly DeviceKind[];
}

const TIME_ZONES = ['Europe/Berlin', 'Europe/Lisbon', 'Europe/Helsinki'] as const;
const DEVICES_PER_CUSTOMER = 2;

const NAMES = [
  'Weber family',
  'Silva family',
  'Office Nord',
  'Practice Dr. Lund',
  'Café Anker',
  'Korhonen family',
  'Studio Elm',
  'Law office Reis',
  'Yoga Loft',
  'Bakery Brandt',
] as const;

function nameOf(customer: number): string {
  const round = Math.floor(customer / NAMES.length);
  const name = NAMES[customer % NAMES.length] ?? 'Customer';
  return round === 0 ? name : `${name} ${round + 1}`;
}

/** Draws the world of a seed. The same request gives the same world. */
export function planWorld(request: WorldRequest): WorldPlan {
  const { seed, start, days, devices } = request;
  const count = Math.max(Math.round(devices / DEVICES_PER_CUSTOMER), 1);
  const pool = chooseKinds(request);
  const kinds: DeviceKind[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < devices; i += 1) {
    const customer = i % count;
    const own = kinds[customer];
    own?.push(pool.take({ fast: i < count && termsOf(roleOf(customer)).fast, not: own }));
  }
  const customers = kinds.map((own, index) => planCustomer(index, own, request));
  const names = customers.flatMap((customer) => customer.devices.map((device) => device.name));
  return { seed, start, days, customers, misdeeds: planMisdeeds(names, days, chanceOf(seed, 'misdeeds')) };
}

function planCustomer(index: number, kinds: readonly DeviceKind[], request: WorldRequest): CustomerPlan {
  const name = nameOf(index);
  const role = roleOf(index);
  const timeZone = TIME_ZONES[index % TIME_ZONES.length] ?? 'Europe/Berlin';
  const devices = kinds.map((kind) => planDevice(`${name}: ${kind.make} ${kind.model}`, kind, role, request));
  return { name, timeZone, role, devices, holds: planHolds(name, role, timeZone, request) };
}

function habitsOf(kind: DeviceKind, name: string): HabitName {
  if (name.startsWith('Café') || name.startsWith('Bakery')) return 'cafe';
  if (name.includes('family')) return 'home';
  return kind.family === 'fridge' || kind.family === 'pet feeder' ? 'home' : 'office';
}

/** Uses a day with which the first slot lasts as long as is typical, before this household's own factor. */
function typicalUses(kind: DeviceKind): number {
  const slot = kind.slots.find((candidate) => candidate.shareOfUses === 1) ?? kind.slots[0];
  return slot === undefined ? 1 : slot.yieldUses / (slot.typicalLifeDays * slot.shareOfUses);
}

/** Households differ from what is typical: log-standard deviation of their use. */
const USE_SD = 0.35;
const COVERED_PATIENCE_DAYS = 5;
const UNCOVERED_PATIENCE_DAYS = 1.5;

function planDevice(name: string, kind: DeviceKind, role: Role, { seed }: WorldRequest): DevicePlan {
  const chance = chanceOf(seed, name, 'plan');
  const factor = Math.exp(USE_SD * chance.normal());
  const levels = kind.slots.map(({ key }) => {
    const drawn = chance.between([0.2, 1]);
    return [key, kind.capturedLevels[key] ?? drawn] as const;
  });
  return {
    name,
    kind,
    habits: habitsOf(kind, name),
    usesPerDay: typicalUses(kind) * factor,
    levels: Object.fromEntries(levels),
    patienceDays: isCovered(role) ? COVERED_PATIENCE_DAYS : UNCOVERED_PATIENCE_DAYS,
    notifiesSwap: chance.uniform() < 0.3,
    tellsSerial: chance.uniform() < 0.2,
  };
}

const VACATION_DAYS = [5, 12] as const;
const TOLD_LATE_DAYS = 3;

function planHolds(
  name: string,
  role: Role,
  timeZone: string,
  { seed, start, days }: WorldRequest,
): HoldPlan[] {
  const { hold } = termsOf(role);
  if (hold === 'none') return [];
  const chance = chanceOf(seed, name, 'vacation');
  const firstDay = Math.round(days * chance.between([0.3, 0.6]));
  const length = chance.integer(VACATION_DAYS);
  const from = addDays(localDate(start, timeZone), firstDay);
  const toldOnDay = hold === 'early' ? 0 : Math.max(firstDay - TOLD_LATE_DAYS, 0);
  return [{ from, to: addDays(from, length - 1), toldOnDay }];
}
