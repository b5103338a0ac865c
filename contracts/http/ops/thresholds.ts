import { z } from 'zod';
import { instant, reason } from '../common.ts';

/** What ops may change while the platform runs: unit, sensible range, and what it is for. */
interface Threshold {
  readonly unit: 'hours' | 'days' | 'minor';
  readonly min: number;
  readonly max: number;
  readonly step: 'whole' | 'any';
}

/** Two weeks: longer, and an order would rest on a forecast that is worth nothing by then. */
const WINDOW_HOURS_MAX = 14 * 24;
/** Minor units: a hundred thousand of a currency with cents. */
const COST_MAX = 10_000_000;

export const THRESHOLDS = {
  cancelWindowHours: { unit: 'hours', min: 0, max: WINDOW_HOURS_MAX, step: 'any' },
  reviewPeriodHours: { unit: 'hours', min: 1, max: WINDOW_HOURS_MAX, step: 'any' },
  staleAfterDays: { unit: 'days', min: 1, max: 90, step: 'any' },
  costStockoutMinor: { unit: 'minor', min: 0, max: COST_MAX, step: 'whole' },
  costStockoutPerDayMinor: { unit: 'minor', min: 0, max: COST_MAX, step: 'whole' },
  costHoldingPerDayMinor: { unit: 'minor', min: 0, max: COST_MAX, step: 'any' },
  costShippingMinor: { unit: 'minor', min: 0, max: COST_MAX, step: 'whole' },
} as const satisfies Record<string, Threshold>;

export type ThresholdKey = keyof typeof THRESHOLDS;
export const THRESHOLD_KEYS = Object.keys(THRESHOLDS) as readonly ThresholdKey[];
export type Thresholds = Readonly<Record<ThresholdKey, number>>;

const numberOf = ({ min, max, step }: Threshold) =>
  (step === 'whole' ? z.number().int() : z.number()).min(min).max(max);

const each = <Schema extends z.ZodType>(schemaOf: (threshold: Threshold) => Schema) =>
  Object.fromEntries(THRESHOLD_KEYS.map((key) => [key, schemaOf(THRESHOLDS[key])])) as Record<
    ThresholdKey,
    Schema
  >;

/** Some of them, each in its range. */
export const someThresholds = z
  .strictObject(each((threshold) => numberOf(threshold).optional()))
  .refine((given) => Object.keys(given).length > 0, 'name at least one');

export const thresholdsSchema = z
  .object(
    each(() =>
      z.object({
        value: z.number().describe('In force.'),
        configured: z.number().describe("The environment's."),
        unit: z.enum(['hours', 'days', 'minor']),
        min: z.number(),
        max: z.number(),
        step: z.enum(['whole', 'any']),
      }),
    ),
  )
  .meta({ id: 'Thresholds' });

export const thresholdsPatch = z
  .object({
    values: z
      .strictObject(each((threshold) => numberOf(threshold).nullable().optional()))
      .refine((given) => Object.keys(given).length > 0, 'name at least one')
      .describe("null: the environment's again."),
    reason,
  })
  .meta({
    id: 'ThresholdsPatch',
    examples: [{ values: { cancelWindowHours: 48 }, reason: 'Customers asked for more time.' }],
  });

export const settingHistorySchema = z
  .object({
    items: z.array(
      z.object({
        id: z.number().int(),
        key: z.string().describe('Which group of settings.'),
        at: instant,
        actor: z.string(),
        actorName: z.string().nullable(),
        reason: z.string().nullable(),
        changes: z.array(
          z.object({ name: z.string(), from: z.unknown().nullable(), to: z.unknown().nullable() }),
        ),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'SettingHistory' });
