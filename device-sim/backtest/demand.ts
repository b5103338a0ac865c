import type { Chance } from './chance.ts';
import type { Archetype } from './world-parameters.ts';

/** A device's true use process: what the process oracle knows. */
export interface DemandProcess {
  readonly archetype: Archetype;
  /** Mean use on an ordinary average day without shocks, in nominal fillings. */
  readonly perDay: number;
  /** Relative use of each day of the horizon by weekday, closures, August, weather; known in advance. */
  readonly season: Float64Array;
}

/** The hidden state that moves by chance. */
export interface DemandState {
  logRate: number;
  absentDays: number;
}

/**
 * Use of one day in nominal fillings; moves `state` on. `logShock` is what the whole site shares. An ordinary day is gamma with shape
 * `dailyShape × season`, so that quiet days are both smaller and more erratic.
 */
export function drawDay(
  process: DemandProcess,
  state: DemandState,
  day: number,
  logShock: number,
  chance: Chance,
): number {
  const { archetype, perDay } = process;
  moveState(archetype, state, chance);
  if (state.absentDays > 0) {
    state.absentDays--;
    return 0;
  }
  const season = process.season[day] ?? 0;
  let use = 0;
  if (season > 0 && (archetype.activeShare >= 1 || chance.uniform() < archetype.activeShare)) {
    const shape = archetype.dailyShape * season;
    const rate = perDay * Math.exp(state.logRate + logShock);
    use = (rate * chance.gamma(shape)) / (archetype.dailyShape * archetype.activeShare);
  }
  if (archetype.burst !== null && chance.uniform() < archetype.burst.perDay * Math.min(1, season)) {
    use += chance.between(archetype.burst.size);
  }
  return use;
}

function moveState(archetype: Archetype, state: DemandState, chance: Chance): void {
  if (archetype.drift !== null) {
    const pull = 2 ** (-1 / archetype.drift.halfLifeDays);
    state.logRate = state.logRate * pull + archetype.drift.sdPerDay * chance.normal();
  }
  if (archetype.step !== null && chance.uniform() < archetype.step.perDay) {
    state.logRate = archetype.step.sd * chance.normal();
  }
  if (state.absentDays === 0 && chance.uniform() < archetype.absence.perDay) {
    state.absentDays = chance.integer(archetype.absence.days);
  }
}

/** The mean use per day that bursts alone bring; the rest of a device's rate is ordinary use. */
export function burstPerDay(archetype: Archetype): number {
  if (archetype.burst === null) return 0;
  const [low, high] = archetype.burst.size;
  return (archetype.burst.perDay * (low + high)) / 2;
}
