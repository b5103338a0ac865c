import { parseArgs } from 'node:util';
import { POLICIES } from './policies/catalogue.ts';
import { TEST_SEEDS } from './tuned-rules.ts';

export interface BacktestArguments {
  readonly mode: 'world' | 'series' | 'tune' | 'train';
  readonly world: string;
  readonly series: readonly string[];
  /** Uses per virtual filling of a use series; null: chosen per consumable. */
  readonly capacity: number | null;
  readonly seeds: readonly number[];
  readonly devices: number;
  readonly policies: readonly string[];
  readonly report: string | null;
  readonly plots: string | null;
  /** A document with a marked block for this report. */
  readonly into: string | null;
  readonly quick: boolean;
}

export const USAGE = `npm run backtest -- [options]
  --world NAME      a world of device-sim/backtest/world-parameters.ts (default base)
  --series FILE     real series instead of a world: consumable,date,used | consumable,date,level | a stocked-items file;
                    a folder: all its files; several times for several
  --capacity C      uses in one virtual filling of a use series (default: chosen for a life of 45 days)
  --seeds A,B       seeds of the world (default ${TEST_SEEDS.join(',')})
  --devices N       devices per seed
  --policy A,B      only these policies
  --quick           a small run, under a minute
  --report FILE     write the figures as JSON
  --plots DIR       write SVG plots (default docs/plots for a full run of the base world)
  --into FILE       put the tables into the document's block <!-- backtest:NAME -->
  --tune            search the plain rules' constants on the training seeds
  --train           learn the population priors on the training seeds and store them`;

const DEFAULT_DEVICES = 600;
const QUICK_DEVICES = 64;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new RangeError(`--${name} wants a whole number, not "${text}"`);
  return value;
}

const listOf = (values: readonly string[] | undefined): string[] =>
  (values ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');

export function parseArguments(argv: readonly string[]): BacktestArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      world: { type: 'string', default: 'base' },
      series: { type: 'string', multiple: true },
      capacity: { type: 'string' },
      seeds: { type: 'string', multiple: true },
      devices: { type: 'string' },
      policy: { type: 'string', multiple: true },
      report: { type: 'string' },
      plots: { type: 'string' },
      into: { type: 'string' },
      quick: { type: 'boolean', default: false },
      tune: { type: 'boolean', default: false },
      train: { type: 'boolean', default: false },
    },
  });
  const seeds = listOf(values.seeds).map((seed) => wholeNumber('seeds', seed));
  const policies = listOf(values.policy);
  const series = listOf(values.series);
  const capacity = values.capacity === undefined ? null : Number(values.capacity);
  if (capacity !== null && !(capacity > 0))
    throw new RangeError(`--capacity wants a positive number, not "${values.capacity}"`);
  return {
    mode: values.tune ? 'tune' : values.train ? 'train' : series.length > 0 ? 'series' : 'world',
    world: values.world,
    series,
    capacity,
    seeds: seeds.length > 0 ? seeds : values.quick ? TEST_SEEDS.slice(0, 1) : TEST_SEEDS,
    devices:
      values.devices === undefined
        ? values.quick
          ? QUICK_DEVICES
          : DEFAULT_DEVICES
        : wholeNumber('devices', values.devices),
    policies: policies.length > 0 ? policies : POLICIES.map(({ name }) => name),
    report: values.report ?? null,
    plots: values.plots ?? null,
    into: values.into ?? null,
    quick: values.quick,
  };
}
