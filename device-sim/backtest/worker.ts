import { parentPort, workerData } from 'node:worker_threads';
import { policiesNamed } from './policies/catalogue.ts';
import type { Chunk, WorkerSetup } from './run.ts';
import { tallyDevice } from './tally.ts';
import { worldNamed } from './world-parameters.ts';

const setup = workerData as WorkerSetup;
const parameters = worldNamed(setup.world);
const policies = policiesNamed(setup.policies);

parentPort?.on('message', ({ seed, from, to }: Chunk) => {
  const tallies = Array.from({ length: to - from }, (_, i) =>
    tallyDevice(parameters, seed, from + i, policies),
  );
  parentPort?.postMessage(tallies);
});
