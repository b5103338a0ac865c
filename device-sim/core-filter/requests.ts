import { z } from 'zod';
import type { DateSpan, Instant } from '../../core/types.ts';

/**
 * The requests of the core as a filter (docs/core-filter.md): one JSON object a line. Money is in whole
 * units of the currency (12.5 is twelve and a half euro), levels are fractions left, times are ISO 8601
 * with an offset, or milliseconds since 1970.
 */

const LONGEST_LEAD_BUSINESS_DAYS = 400;

const instant = z
  .union([z.number().int(), z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((value): Instant => (typeof value === 'number' ? value : Date.parse(value)));
const id = z.string().min(1).max(200).default('default');
const amount = z.number().min(0).max(1e9);
const date = z.iso.date();
const span = z
  .object({ from: date, to: date.nullish() })
  .transform(({ from, to }): DateSpan => ({ from, to: to ?? null }));
const quantity = z.number().int().min(1).max(1000).default(1);
const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const timeZone = z.string().refine((name) => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'not a time zone');

/** Probabilities of 0, 1, 2 … business days, or an object from days to probability; normalised. */
const leadTime = z
  .union([
    z.array(z.number().min(0)).min(1).max(LONGEST_LEAD_BUSINESS_DAYS),
    z.record(z.string().regex(/^\d{1,3}$/), z.number().min(0)),
  ])
  .transform((value): number[] => {
    if (Array.isArray(value)) return value;
    const days = Object.keys(value).map(Number);
    return Array.from({ length: Math.max(...days, 0) + 1 }, (_, i) => value[String(i)] ?? 0);
  })
  .refine((pmf) => pmf.length <= LONGEST_LEAD_BUSINESS_DAYS, 'a lead time is too long')
  .refine((pmf) => pmf.some((p) => p > 0), 'no lead time has a probability')
  .transform((pmf) => {
    const total = pmf.reduce((a, b) => a + b, 0);
    return pmf.map((p) => p / total);
  });

const population = z.object({
  version: z.number().int().default(1),
  shape: z.number().positive(),
  rate: z.number().positive(),
  expertWeights: z.array(z.number().min(0)).default([]),
  devices: z.number().int().min(0).default(0),
  recalibration: z.array(z.number().min(0).max(1)).default([]),
  dayWeights: z.array(z.number().min(0)).optional(),
  earlySwapPerDay: z.number().min(0).max(1).optional(),
  temptedBelow: z.number().min(0).max(1).optional(),
  monthFactors: z.array(z.number().min(0)).length(12).optional(),
});

const model = z.object({
  name: z.string().max(200).default('toner'),
  typicalLifeDays: z.number().positive().max(1e5).default(120),
  yieldUses: z.number().positive().nullish(),
  polarity: z.enum(['depletes', 'fills']).default('depletes'),
  shelfLifeDays: z.number().positive().nullish(),
});

const init = z.object({
  op: z.literal('init'),
  id,
  model: z
    .union([
      model,
      z
        .string()
        .max(200)
        .transform((name) => model.parse({ name })),
    ])
    .prefault({}),
  gauge: z
    .object({
      quantum: z.number().positive().max(1).default(0.01),
      noise: z.number().min(0).max(1).default(0.005),
    })
    .prefault({}),
  costs: z
    .object({
      currency: z.string().length(3).default('EUR'),
      unitPrice: amount.default(80),
      stockout: amount.default(25),
      stockoutPerDay: amount.default(40),
      holdingPerDay: amount.default(0.06),
      shipping: amount.default(0),
    })
    .prefault({}),
  leadTime: leadTime.prefault([0, 0, 0.25, 0.35, 0.25, 0.15]),
  calendar: z
    .object({
      timeZone: timeZone.default('UTC'),
      closures: z.array(span).default([]),
      holds: z.array(span).default([]),
    })
    .prefault({}),
  settings: z
    .object({
      reviewHours: z.number().positive().default(24),
      staleAfterDays: z.number().positive().default(14),
    })
    .prefault({}),
  offer: z
    .object({
      packSize: z.number().int().positive().default(1),
      minimumQuantity: z.number().int().positive().default(1),
    })
    .prefault({}),
  population: population.nullish(),
});

const reading = z.object({
  op: z.literal('reading'),
  id,
  at: instant,
  /** When it arrived; absent: when it was taken. */
  receivedAt: instant.optional(),
  level: z.union([z.number().min(0).max(1), z.enum(['some', 'unknown']), z.null()]),
  counter: z.number().min(0).nullish(),
  serial: z.string().max(128).nullish(),
  seq: seq.optional(),
  historical: z.boolean().default(false),
});

const delivered = z.object({
  op: z.literal('delivered'),
  id,
  at: instant,
  quantity,
  orderId: z.string().max(200).optional(),
});
const replaced = z.object({ op: z.literal('replaced'), id, at: instant });
const shelfCount = z.object({
  op: z.literal('shelf-count'),
  id,
  at: instant,
  quantity: z.number().int().min(0).max(1000),
});
const cancelled = z.object({ op: z.literal('cancelled'), id, at: instant });
const decide = z.object({
  op: z.literal('decide'),
  id,
  at: instant,
  dates: z.array(instant).max(366).default([]),
  /** false: only say what would be done; the answer opens no order. */
  commit: z.boolean().default(true),
});

export const requestSchema = z.discriminatedUnion('op', [
  init,
  reading,
  delivered,
  replaced,
  shelfCount,
  cancelled,
  decide,
]);
export type Request = z.infer<typeof requestSchema>;
export type RequestOf<Op extends Request['op']> = Extract<Request, { op: Op }>;
