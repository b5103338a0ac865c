import { parseArgs } from 'node:util';

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Where the JSON report goes. */
  readonly report: string | null;
}

export const USAGE = `npm run chaos -- [--minutes N] [--seed S] [--report FILE]

Runs the platform as separate processes over a PostgreSQL of its own, under everything that can go wrong at
once, and then compares the books. Exit code 0: they balance. docs/chaos.md tells the whole.

  --minutes N   length of the storm (default 1); longer, up to four times, until enough has happened in it
  --seed S      of all misfortune (default: drawn and shown)
  --report FILE the report as JSON
`;

export class OptionError extends Error {
  override readonly name = 'OptionError';
}

const LONGEST_MINUTES = 24 * 60;

/** Parses the command line; null: help was asked for. Throws an OptionError. */
export function parseOptions(args: readonly string[], drawnSeed: number): ChaosOptions | null {
  let values: { minutes?: string; seed?: string; report?: string; help?: boolean };
  try {
    values = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        report: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return null;
  const minutes = Number(values.minutes ?? '1');
  if (!(minutes > 0 && minutes <= LONGEST_MINUTES))
    throw new OptionError(`--minutes ${values.minutes ?? ''}: a number above 0, at most ${LONGEST_MINUTES}`);
  const seed = values.seed === undefined ? drawnSeed : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new OptionError(`--seed ${values.seed ?? ''}: a whole number`);
  return { minutes, seed, report: values.report ?? null };
}
