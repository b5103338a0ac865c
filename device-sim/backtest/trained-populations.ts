import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Population } from '../../core/types.ts';
import type { Populations } from './policies/neverout.ts';

/** What `npm run backtest -- --train` learned on the training seeds; frozen for every report. */
const FILE = new URL('./trained-populations.json', import.meta.url);

export type OurPolicy = 'neverout' | 'neverout-counters';
export type TrainedPopulations = Readonly<Record<OurPolicy, Populations>>;

/** The frozen priors of one of our policies; none before the first training. */
export function trainedPopulations(policy: OurPolicy): Populations {
  if (!existsSync(FILE)) return {};
  const all = JSON.parse(readFileSync(FILE, 'utf8')) as TrainedPopulations;
  return all[policy];
}

const DIGITS = 5;
const rounded = (values: readonly number[]): number[] =>
  values.map((value) => Number(value.toPrecision(DIGITS)));

function round(population: Population): Population {
  const { dayWeights, monthFactors, shape, rate } = population;
  return {
    ...population,
    shape: Number(shape.toPrecision(DIGITS)),
    rate: Number(rate.toPrecision(DIGITS)),
    expertWeights: rounded(population.expertWeights),
    recalibration: rounded(population.recalibration),
    ...(dayWeights === undefined ? {} : { dayWeights: rounded(dayWeights) }),
    ...(monthFactors === undefined ? {} : { monthFactors: rounded(monthFactors) }),
  };
}

export function storePopulations(trained: TrainedPopulations): void {
  const short = Object.entries(trained).map(([policy, populations]) => {
    const rounded = Object.entries(populations).map(([model, population]) => [model, round(population)]);
    return [policy, Object.fromEntries(rounded)];
  });
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(short), null, 1)}\n`);
}
