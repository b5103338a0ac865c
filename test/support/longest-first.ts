import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whole stories, the longest first: started late, one of them would run on alone while a core idles. */
const LONG = [
  'chaos/chaos.test',
  'device-sim/demo.test',
  'portal/ops-console.test',
  'portal/screens.test',
  'portal/acts.test',
  'device-sim/books.test',
  'portal/journey.test',
  'rules/placement.test',
  'rules/rejections.test',
  'broker/kill.test',
  'messages/notice.test',
  'rules/calibration.test',
  'consents/database-histories.test',
  'audit/chain.test',
  'portal/',
  'bridge/',
  'rules/',
  'messages/',
];

/** Durations of the last run are known only where there was one; this is for a fresh clone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = LONG.findIndex((part) => moduleId.includes(`/test/${part}`));
      return found === -1 ? LONG.length : found;
    };
    // A stable sort: within one rank the order of the last run's durations stays.
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
