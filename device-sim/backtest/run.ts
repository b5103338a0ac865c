import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DeviceTally } from './tally.ts';

/** What a worker is told once. */
export interface WorkerSetup {
  readonly world: string;
  readonly policies: readonly string[];
}

export interface Chunk {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export interface RunRequest extends WorkerSetup {
  readonly seeds: readonly number[];
  readonly devices: number;
  readonly workers?: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** Devices per message: small enough that the cores end together. */
const CHUNK_DEVICES = 8;

function chunksOf(seeds: readonly number[], devices: number): Chunk[] {
  return seeds.flatMap((seed) =>
    Array.from({ length: Math.ceil(devices / CHUNK_DEVICES) }, (_, i) => ({
      seed,
      from: i * CHUNK_DEVICES,
      to: Math.min(devices, (i + 1) * CHUNK_DEVICES),
    })),
  );
}

/** Lives `devices` devices of every seed under every policy, on all cores; in order of seed and device. */
export async function runWorld(request: RunRequest): Promise<DeviceTally[]> {
  const { world, policies } = request;
  const setup: WorkerSetup = { world, policies };
  const queue = chunksOf(request.seeds, request.devices);
  const total = request.seeds.length * request.devices;
  const tallies: DeviceTally[] = [];
  const work = async (): Promise<void> => {
    await using crew = crewMember(setup);
    for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) {
      tallies.push(...(await crew.run(chunk)));
      request.onProgress(tallies.length, total);
    }
  };
  const workers = Math.min(request.workers ?? availableParallelism(), queue.length);
  await Promise.all(Array.from({ length: workers }, work));
  return tallies.sort((a, b) => a.seed - b.seed || a.index - b.index);
}

function crewMember(setup: WorkerSetup) {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: setup });
  const run = (chunk: Chunk): Promise<DeviceTally[]> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        worker.off('message', onMessage);
        worker.off('error', onError);
        act();
      };
      const onMessage = (tallies: DeviceTally[]): void => settle(() => resolve(tallies));
      const onError = (error: Error): void => settle(() => reject(error));
      worker.on('message', onMessage);
      worker.on('error', onError);
      worker.postMessage(chunk);
    });
  return {
    run,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await worker.terminate();
    },
  };
}
