import {
  addScore,
  type DeviceSummary,
  leaningOn,
  refitPopulation,
  rootPopulation,
  SCORE_COUNTS,
  summaryOf,
} from '../../core/population.ts';
import type { ConsumableState } from '../../core/state.ts';
import type { Population } from '../../core/types.ts';
import { drawDevice } from './device-world.ts';
import { modelOf, neveroutPolicy, type Populations } from './policies/neverout.ts';
import { profileOf } from './reading-path.ts';
import { simulateDevice } from './simulate.ts';
import type { OurPolicy, TrainedPopulations } from './trained-populations.ts';
import { TRAIN_SEEDS } from './tuned-rules.ts';
import { BASE_WORLD, FAMILIES, type FamilyName, WORLDS } from './world-parameters.ts';

/** Devices per training seed, and how often the priors are refitted with the last ones in force. */
const TRAIN_DEVICES = 200;
const ROUNDS = 2;

interface Fleet {
  readonly devices: DeviceSummary[];
  readonly counts: number[];
}

interface ModelFleet extends Fleet {
  readonly family: FamilyName;
}

const emptyFleet = (family: FamilyName): ModelFleet => ({
  family,
  devices: [],
  counts: Array.from({ length: SCORE_COUNTS }, () => 0),
});

/** One night's fleet: every device of the training seeds lives its days under the priors in force. */
function observeFleet(
  policyName: OurPolicy,
  populations: Populations,
  onDevice: () => void,
): Map<string, ModelFleet> {
  const fleets = new Map<string, ModelFleet>();
  const worlds = [BASE_WORLD, ...(WORLDS['fuel'] === undefined ? [] : [WORLDS['fuel']])];
  for (const parameters of worlds) {
    for (const seed of TRAIN_SEEDS) {
      const devices = parameters === BASE_WORLD ? TRAIN_DEVICES : TRAIN_DEVICES / 10;
      for (let index = 0; index < devices; index++) {
        const device = drawDevice(parameters, seed, index);
        const fleet = fleets.get(modelOf(device)) ?? emptyFleet(device.family);
        fleets.set(modelOf(device), fleet);
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
        if (state !== null) fleet.devices.push(summaryOf(state, profileOf(device)));
        onDevice();
      }
    }
  }
  return fleets;
}

function together(fleets: readonly Fleet[]): Fleet {
  const counts = Array.from({ length: SCORE_COUNTS }, () => 0);
  for (const fleet of fleets) {
    fleet.counts.forEach((count, i) => {
      counts[i] = (counts[i] ?? 0) + count;
    });
  }
  return { devices: fleets.flatMap(({ devices }) => devices), counts };
}

/** Model → family → all, as the nightly job does it: each leans on the wider group. */
function refit(fleets: ReadonlyMap<string, ModelFleet>, version: number): Populations {
  const everyone = together([...fleets.values()]);
  const root = rootPopulation({ typicalLifeDays: FAMILIES.workgroup.typicalLifeDays });
  const all = refitPopulation({ ...everyone, parent: root, version });
  const populations: Record<string, Population> = {};
  for (const [, models] of Map.groupBy(fleets, ([, { family }]) => family)) {
    const family = together(models.map(([, fleet]) => fleet));
    const counts = leaningOn(family.counts, everyone.counts);
    const parent = refitPopulation({ ...family, counts, parent: all, version });
    for (const [model, own] of models) {
      populations[model] = refitPopulation({
        ...own,
        counts: leaningOn(own.counts, counts),
        parent,
        version,
      });
    }
  }
  return populations;
}

/** Learns the priors of both our policies on the training seeds with the core's own refit. */
export function trainPopulations(
  progress: (what: string) => (done: number, total: number) => void,
): TrainedPopulations {
  const learn = (policy: OurPolicy): Populations => {
    const perRound = (TRAIN_DEVICES + TRAIN_DEVICES / 10) * TRAIN_SEEDS.length;
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
