import { parseArgs } from 'node:util';
import { z } from 'zod';

export const USAGE = `Shows Neverout at work: a simulated world of households, devices and a merchant around the real platform.

  npm run demo -- [options]

  --days N        simulated days (default 60)
  --devices N     devices, real captures among them (default 20)
  --seed S        seed of the world's chance (default 1); the same seed gives the same report
  --report FILE   write the summary as JSON
  --captures DIR  captures of real printers (default: ../shared/data beside this folder, if it is there)
  --speed X       at most X simulated days in one real second
  --keep          stay up afterwards to look around, with ready accounts; Ctrl-C ends it. In a terminal it does so
                  by itself, unless --quiet or --report says otherwise, or CI is set
  --quiet         print nothing but the summary
  --help

What the figures mean:
  readings.sent           distinct readings (device, consumable, time, sequence number) that devices tried to
                          deliver and that are valid; repetitions and deliberate faults are not in it
  readings.acknowledged   of those, the ones whose message the platform acknowledged (PUBACK)
  readings.stored         rows of the reading table
  stockouts               times a covered slot stood empty without a spare; covered: its household lets the
                          platform order, or approves its proposals
  stockoutsUnavoidable    of those, before anything ordered on the first day could have arrived
  cycles                  fillings of covered slots that were used up and replaced
  medianDaysEarly         days from a delivery to the moment the filling was needed; median over orders
  violations              purchases at the merchant, judged by the simulated world's own knowledge: without a
                          consent or approval that covers them, delivered inside a known hold, or a second
                          one for a slot whose first had not arrived
The exit code is 1 when the platform's books and the world's do not agree; each disagreement is a sentence.
`;

const schema = z.object({
  days: z.coerce.number().int().min(1).max(3650).default(60),
  devices: z.coerce.number().int().min(1).max(2000).default(20),
  seed: z.coerce.number().int().default(1),
  report: z.string().min(1).nullable().default(null),
  captures: z.string().min(1).nullable().default(null),
  speed: z.coerce.number().positive().nullable().default(null),
  keep: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

export type DemoOptions = z.output<typeof schema>;

/** A wrong option: the message is one sentence for the person who typed it. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** Options of the command line; null when help was asked for. */
export function parseOptions(args: readonly string[]): DemoOptions | null {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  let values: Record<string, unknown>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        days: text,
        devices: text,
        seed: text,
        report: text,
        captures: text,
        speed: text,
        keep: flag,
        quiet: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
  if (values['help'] === true) return null;
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new OptionError(`--${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}
