import {
  addScore,
  type DeviceSummary,
  refitPopulation,
  rootPopulation,
  SCORE_COUNTS,
  summaryOf,
} from '../../core/population.ts';
import type { ConsumableState } from '../../core/state.ts';
import type { Population } from '../../core/types.ts';
import { drawDevice } from './device-world.ts';
import { neveroutPolicy, type Populations } from './policies/neverout.ts';
import { simulateDevice } from './simulate.ts';
import type { OurPolicy, TrainedPopulations } from './trained-populations.ts';
import { TRAIN_SEEDS } from './tuned-rules.ts';
import { BASE_WORLD, FAMILIES, type FamilyName, WORLDS } from './world-parameters.ts';

/** Devices per training seed, and how often the priors are refitted with the last ones in force. */
const TRAIN_DEVICES = 100;
const ROUNDS = 2;

interface FamilyFleet {
  readonly devices: DeviceSummary[];
  readonly counts: number[];
}

const emptyFleet = (): FamilyFleet => ({
  devices: [],
  counts: Array.from({ length: SCORE_COUNTS }, () => 0),
});

/** One night's fleet: every device of the training seeds lives its days under the priors in force. */
function observeFleet(
  policyName: OurPolicy,
  populations: Populations,
  onDevice: () => void,
): Map<FamilyName, FamilyFleet> {
  const fleets = new Map<FamilyName, FamilyFleet>();
  const worlds = [BASE_WORLD, ...(WORLDS['fuel'] === undefined ? [] : [WORLDS['fuel']])];
  for (const parameters of worlds) {
    for (const seed of TRAIN_SEEDS) {
      const devices = parameters === BASE_WORLD ? TRAIN_DEVICES : TRAIN_DEVICES / 5;
      for (let index = 0; index < devices; index++) {
        const device = drawDevice(parameters, seed, index);
        const fleet = fleets.get(device.family) ?? emptyFleet();
        fleets.set(device.family, fleet);
        let state: ConsumableState | null = null;
        const policy = neveroutPolicy(
          policyName,
          policyName === 'neverout-counters',
          populations,
          (_, result) => {
            state = result.state;
            for (const score of result.blockScores) addScore(fleet.counts, score);
          },
        );
        simulateDevice(device, policy, { forecastEveryDays: 0, onForecast: () => undefined });
        if (state !== null) fleet.devices.push(summaryOf(state));
        onDevice();
      }
    }
  }
  return fleets;
}

/** Model → family → all, as the nightly job does it: the families lean on the whole fleet. */
function refit(fleets: ReadonlyMap<FamilyName, FamilyFleet>, version: number): Populations {
  const everyone: FamilyFleet = emptyFleet();
  for (const { devices, counts } of fleets.values()) {
    everyone.devices.push(...devices);
    counts.forEach((count, i) => {
      everyone.counts[i] = (everyone.counts[i] ?? 0) + count;
    });
  }
  const root = rootPopulation({ typicalLifeDays: FAMILIES.workgroup.typicalLifeDays });
  const all = refitPopulation({ ...everyone, parent: root, version });
  const populations: Partial<Record<FamilyName, Population>> = {};
  for (const [family, fleet] of fleets)
    populations[family] = refitPopulation({ ...fleet, parent: all, version });
  return populations;
}

/** Learns the priors of both our policies on the training seeds with the core's own refit. */
export function trainPopulations(
  progress: (what: string) => (done: number, total: number) => void,
): TrainedPopulations {
  const learn = (policy: OurPolicy): Populations => {
    const perRound = (TRAIN_DEVICES + TRAIN_DEVICES / 5) * TRAIN_SEEDS.length;
    const report = progress(`training ${policy}`);
    let done = 0;
    let populations: Populations = {};
    for (let round = 1; round <= ROUNDS; round++) {
      const fleets = observeFleet(policy, populations, () => {
        done++;
        report(done, ROUNDS * perRound);
      });
      populations = refit(fleets, round);
    }
    return populations;
  };
  return { neverout: learn('neverout'), 'neverout-counters': learn('neverout-counters') };
}
