import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fold } from '../core/fold.ts';
import { type ConsumableState, encodeState } from '../core/state.ts';
import { step } from '../core/step.ts';
import { DAY_MS, HOUR_MS, type Instant, type ReadingEvent, type StepContext } from '../core/types.ts';
import { drawDevice } from '../device-sim/backtest/device-world.ts';
import { neveroutPolicy, type StepListener } from '../device-sim/backtest/policies/neverout.ts';
import { simulateDevice } from '../device-sim/backtest/simulate.ts';
import { trainedPopulations } from '../device-sim/backtest/trained-populations.ts';
import { BASE_WORLD } from '../device-sim/backtest/world-parameters.ts';

interface EngineReport {
  devices: number;
  /** Of processor time on one core, so that a busy machine changes little. */
  updatesPerSecond: number;
  msPerDecision: number;
  msPerDeviceDay: number;
  largestStateBytes: number;
}

/** What a device of the back-test's world knew on one of its days. */
interface Moment {
  readonly state: ConsumableState;
  readonly context: StepContext;
  readonly now: Instant;
}

const EVERY_DAYS = 40;
/** A training seed: nothing is judged by it. */
const SEED = 1001;

/** States as the back-test's devices reach them, from the first weeks to the last. */
function momentsOf(devices: number): Moment[] {
  const moments: Moment[] = [];
  for (let index = 0; index < devices; index += 1) {
    let steps = 0;
    const listen: StepListener = (_world, { state }, context, now) => {
      steps += 1;
      if (steps % EVERY_DAYS === 0) moments.push({ state, context, now });
    };
    const policy = neveroutPolicy('engine', true, trainedPopulations('neverout-counters'), listen);
    simulateDevice(drawDevice(BASE_WORLD, SEED, index), policy, {
      forecastEveryDays: 0,
      onForecast: () => undefined,
    });
  }
  return moments;
}

function nextReading({ state }: Moment, at: Instant): ReadingEvent {
  const { level, counter } = state.model;
  const left = Math.max(Math.round(100 * (level - state.model.rate)) / 100, 0);
  return {
    type: 'reading',
    at,
    seq: 1_000_000,
    level: { kind: 'measured', value: left },
    useCounter: counter > 0 ? counter + 30 : null,
    supplySerial: null,
    historical: false,
  };
}

/** Mean milliseconds of processor time of one call. */
function timed(moments: readonly Moment[], rounds: number, call: (moment: Moment) => unknown): number {
  for (const moment of moments) call(moment);
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) for (const moment of moments) call(moment);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (rounds * moments.length);
}

/** `bench -- engine`: what folding a reading, a decision, and a device's day (both, and the look ahead) cost. */
export async function benchEngine(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      devices: { type: 'string', default: '60' },
      rounds: { type: 'string', default: '5' },
      report: { type: 'string' },
    },
  });
  const moments = momentsOf(Number(values.devices));
  const rounds = Number(values.rounds);
  const update = timed(moments, rounds, (moment) => {
    const reading = nextReading(moment, moment.now + DAY_MS - HOUR_MS);
    return fold(moment.state, [reading], moment.context, moment.now + DAY_MS).state;
  });
  const decision = timed(moments, rounds, ({ state, context, now }) => step(state, [], context, now));
  const day = timed(moments, rounds, (moment) => {
    const reading = nextReading(moment, moment.now + DAY_MS - HOUR_MS);
    return step(moment.state, [reading], moment.context, moment.now + DAY_MS);
  });
  const report: EngineReport = {
    devices: Number(values.devices),
    updatesPerSecond: Math.round(1000 / update),
    msPerDecision: Number(decision.toFixed(3)),
    msPerDeviceDay: Number(day.toFixed(3)),
    largestStateBytes: Math.max(...moments.map(({ state }) => encodeState(state).byteLength)),
  };
  process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
  if (values.report !== undefined) await writeFile(values.report, `${JSON.stringify(report, null, 1)}\n`);
}
