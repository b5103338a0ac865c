import type { DateSpan } from '../../core/types.ts';
import { type Chance, chanceOf } from './chance.ts';
import { burstPerDay, type DemandProcess, type DemandState, drawDay } from './demand.ts';
import { drawFaults, type FaultPlan } from './fault-plan.ts';
import {
  dateOf,
  daysClosed,
  type EpochDay,
  epochDay,
  nationalClosures,
  schoolHolidays,
  weekdayOf,
} from './world-calendar.ts';
import {
  type Archetype,
  type ArchetypeName,
  FAMILIES,
  type FamilyName,
  type GaugeClass,
  type WorldParameters,
} from './world-parameters.ts';

/** One simulated device: everything that chance decides about it, drawn before any policy acts. */
export interface DeviceWorld {
  readonly seed: number;
  readonly index: number;
  readonly parameters: WorldParameters;
  readonly archetype: ArchetypeName;
  readonly gauge: GaugeClass;
  /** The model it is registered under (a wrong one in some worlds). */
  readonly family: FamilyName;
  readonly lifeDays: number;
  readonly firstDay: EpochDay;
  readonly days: number;
  readonly process: DemandProcess;
  readonly logShock: Float64Array;
  /** True hidden state after each day. */
  readonly states: readonly DemandState[];
  /** Latent use of each day in nominal fillings. */
  readonly use: Float64Array;
  readonly pagesPerFilling: Float64Array;
  readonly workday: Uint8Array;
  readonly closures: readonly DateSpan[];
  readonly faults: FaultPlan;
  /** Business days of the k-th order; null: the parcel is lost. */
  readonly leadDays: readonly (number | null)[];
  readonly earlySwap: Float64Array;
  readonly answers: Float64Array;
  readonly initialLevel: number;
}

const FIRST_DAY = epochDay('2022-01-03');
const MAX_ORDERS = 200;

function pick<Name extends string>(weights: readonly (readonly [Name, number])[], chance: Chance): Name {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let rest = chance.uniform() * total;
  for (const [name, weight] of weights) {
    rest -= weight;
    if (rest < 0) return name;
  }
  const last = weights.at(-1);
  if (last === undefined) throw new RangeError('nothing to pick from');
  return last[0];
}

/** Relative use by season, mean 1 over the weeks without closures. */
function seasonOf(archetype: Archetype, firstDay: EpochDay, days: number, closed: Uint8Array): Float64Array {
  const weekTotal = archetype.weekday.reduce((a, b) => a + b, 0);
  return Float64Array.from({ length: days }, (_, i) => {
    const day = firstDay + i;
    const weekday = ((archetype.weekday[weekdayOf(day)] ?? 0) * 7) / weekTotal;
    const august = dateOf(day).slice(5, 7) === '08' ? archetype.augustUse : 1;
    return (
      weekday *
      august *
      (closed[i] === 1 ? archetype.closureUse : 1) *
      (archetype.degreeDays ? degreeDays(day) : 1)
    );
  });
}

const HEATING_BELOW_CELSIUS = 18;
/** Mean of the normal year's degree-days: what makes `degreeDays` average 1. */
const MEAN_DEGREE_DAYS = 8.05;

function normalDegreeDays(day: EpochDay): number {
  const celsius = 10 - 9.5 * Math.cos((2 * Math.PI * (day - epochDay('2022-01-15'))) / 365.25);
  return Math.max(0, HEATING_BELOW_CELSIUS - celsius);
}

/** Heating degree-days of a temperate climate's normal year, relative to their mean. */
const degreeDays = (day: EpochDay): number => normalDegreeDays(day) / MEAN_DEGREE_DAYS;

/** The normal degree-days per day of January … December, as a weather office publishes them. */
export function monthlyDegreeDays(): number[] {
  return Array.from({ length: 12 }, (_, month) => {
    const first = epochDay(`2022-${String(month + 1).padStart(2, '0')}-01`);
    const days = Array.from({ length: 30 }, (_day, i) => normalDegreeDays(first + i));
    return days.reduce((a, b) => a + b, 0) / days.length;
  });
}

function siteShock(parameters: WorldParameters, seed: number, site: number, days: number): Float64Array {
  const shock = new Float64Array(days);
  const process = parameters.siteShock;
  if (process === null) return shock;
  const chance = chanceOf(seed, 'site', site, 'shock');
  let value = 0;
  for (let i = 0; i < days; i++) {
    value *= 2 ** (-1 / process.halfLifeDays);
    if (chance.uniform() < process.perDay) value += process.sd * chance.normal();
    shock[i] = value;
  }
  return shock;
}

function drawLeads(parameters: WorldParameters, chance: Chance): (number | null)[] {
  const { ordinary, lateShare, lateDays, lostShare } = parameters.leadTimes;
  const weights = ordinary.map((weight, i) => [String(i), weight] as const);
  return Array.from({ length: MAX_ORDERS }, () => {
    const lead =
      Number(pick(weights, chance)) + (chance.uniform() < lateShare ? chance.integer(lateDays) : 0);
    return chance.uniform() < lostShare ? null : lead;
  });
}

function familyOf(archetype: ArchetypeName, parameters: WorldParameters, chance: Chance): FamilyName {
  const names = Object.keys(FAMILIES) as FamilyName[];
  const weights = names.map((name) => [name, FAMILIES[name].buyers[archetype] ?? 0] as const);
  const family = pick(weights, chance);
  if (chance.uniform() >= parameters.faults.wrongModel) return family;
  const others = names.filter((name) => name !== family && name !== 'tank').map((name) => [name, 1] as const);
  return pick(others, chance);
}

/** Draws device `index` of the world with this seed. */
export function drawDevice(parameters: WorldParameters, seed: number, index: number): DeviceWorld {
  const site = Math.floor(index / parameters.devicesPerSite);
  const chance = chanceOf(seed, 'device', index, 'kind');
  const archetypes = Object.entries(parameters.archetypes) as [ArchetypeName, Archetype][];
  const archetype = pick(
    archetypes.map(([name, { share }]) => [name, share] as const),
    chance,
  );
  const kind = parameters.archetypes[archetype];
  const gaugeName = pick(
    parameters.gauges.map((gauge) => [gauge.name, gauge.share] as const),
    chance,
  );
  const gauge = parameters.gauges.find(({ name }) => name === gaugeName);
  if (gauge === undefined) throw new RangeError(`no gauge ${gaugeName}`);
  const [shortest, longest] = kind.lifeDays;
  const lifeDays = shortest * (longest / shortest) ** chance.uniform();

  const siteChance = chanceOf(seed, 'site', site, 'kind');
  const firstDay = FIRST_DAY + siteChance.integer([0, 364]);
  const days = parameters.horizonDays;
  const years = [2021, 2022, 2023, 2024, 2025];
  const publishes = siteChance.uniform() < parameters.publishedHolidays;
  const holidays = kind.schoolHolidays ? schoolHolidays(years) : [];
  const closures = [...nationalClosures(years), ...(publishes ? holidays : [])];
  const trulyClosed = daysClosed([...nationalClosures(years), ...holidays], firstDay, days + 60);
  const publicClosed = daysClosed(closures, firstDay, days + 60);
  const season = seasonOf(kind, firstDay, days + 60, trulyClosed);
  const process = { archetype: kind, perDay: Math.max(0.0003, 1 / lifeDays - burstPerDay(kind)), season };
  const logShock = siteShock(parameters, seed, site, days + 60);
  return {
    seed,
    index,
    parameters,
    archetype,
    gauge,
    family: familyOf(archetype, parameters, chance),
    lifeDays,
    firstDay,
    days,
    process,
    logShock,
    ...drawUse(process, logShock, days + 60, chanceOf(seed, 'device', index, 'use')),
    pagesPerFilling: drawPages(parameters, days, chanceOf(seed, 'device', index, 'pages')),
    workday: Uint8Array.from(publicClosed, (closed, i) =>
      closed === 0 && weekdayOf(firstDay + i) < 5 ? 1 : 0,
    ),
    closures,
    faults: drawFaults(parameters.faults, gauge, days, (purpose) => chanceOf(seed, 'device', index, purpose)),
    leadDays: drawLeads(parameters, chanceOf(seed, 'device', index, 'lead')),
    earlySwap: uniforms(days, chanceOf(seed, 'device', index, 'early-swap')),
    answers: uniforms(days, chanceOf(seed, 'device', index, 'answers')),
    initialLevel: chance.between([0.15, 1]),
  };
}

const uniforms = (days: number, chance: Chance): Float64Array =>
  Float64Array.from({ length: days }, chance.uniform);

function drawUse(process: DemandProcess, logShock: Float64Array, days: number, chance: Chance) {
  const state: DemandState = { logRate: 0, absentDays: 0 };
  if (process.archetype.step !== null) state.logRate = 0.5 * process.archetype.step.sd * chance.normal();
  const use = new Float64Array(days);
  const states: DemandState[] = [];
  for (let day = 0; day < days; day++) {
    use[day] = drawDay(process, state, day, logShock[day] ?? 0, chance);
    states.push({ ...state });
  }
  return { use, states };
}

/** Pages that one nominal filling would print at each day's coverage. */
function drawPages(parameters: WorldParameters, days: number, chance: Chance): Float64Array {
  const { perFilling, deviceSd, daySd } = parameters.pages;
  const ofDevice = perFilling * Math.exp(deviceSd * chance.normal());
  return Float64Array.from({ length: days }, () => ofDevice * Math.exp(daySd * chance.normal()));
}
