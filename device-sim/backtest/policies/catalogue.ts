import type { Policy } from '../policy.ts';
import { trainedPopulations } from '../trained-populations.ts';
import { TUNED_EWMA, TUNED_REGRESSION } from '../tuned-rules.ts';
import { ewmaPolicy } from './ewma.ts';
import { neveroutPolicy } from './neverout.ts';
import { clairvoyant, demandOracle, processOracle } from './oracles.ts';
import { LOW_INK_LEVEL, regressionPolicy, thresholdPolicy } from './plain-rules.ts';

/** Every policy of the benchmark by name, in the order of the report. */
export const POLICIES: readonly Policy[] = [
  thresholdPolicy('low-ink', LOW_INK_LEVEL),
  thresholdPolicy('threshold-10', 0.1),
  thresholdPolicy('threshold-20', 0.2),
  thresholdPolicy('threshold-30', 0.3),
  regressionPolicy('regression', TUNED_REGRESSION),
  ewmaPolicy('ewma', TUNED_EWMA),
  neveroutPolicy('neverout', false, trainedPopulations('neverout')),
  neveroutPolicy('neverout-counters', true, trainedPopulations('neverout-counters')),
  processOracle,
  demandOracle,
  clairvoyant,
];

export function policiesNamed(names: readonly string[]): Policy[] {
  return names.map((name) => {
    const policy = POLICIES.find((candidate) => candidate.name === name);
    if (policy === undefined) {
      throw new RangeError(`no policy "${name}"; there are ${POLICIES.map((one) => one.name).join(', ')}`);
    }
    return policy;
  });
}
