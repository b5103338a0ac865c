import { z } from 'zod';
import { instant, localDate, pageOf, pageQuery, reason } from './common.ts';

export const retentionSchema = z
  .object({
    kinds: z.array(
      z.object({
        key: z.string().describe('Ends with its unit.'),
        what: z.string(),
        value: z.number().int().describe('In force.'),
        fallback: z.number().int().describe('Holds while nothing is set.'),
        min: z.number().int(),
        max: z.number().int(),
      }),
    ),
    enforcedAt: instant.nullable().describe('When it was last enforced; null: never yet.'),
  })
  .meta({ id: 'Retention', description: 'How long each kind of data is kept.' });

export const retentionPatchSchema = z
  .object({
    values: z.record(z.string(), z.number().int().nullable()).describe('By key; null: the default again.'),
    reason,
  })
  .meta({
    id: 'RetentionPatch',
    examples: [{ values: { deadLetterDays: 14 }, reason: 'Two weeks are enough to look at them.' }],
  });

export const retentionChangesQuery = z.object(pageQuery);
export const retentionChangesPage = pageOf(
  z
    .object({
      id: z.number().int(),
      at: instant,
      actor: z.string(),
      reason: z.string().nullable(),
      before: z.record(z.string(), z.unknown()).nullable(),
      after: z.record(z.string(), z.unknown()),
    })
    .meta({ id: 'RetentionChange' }),
);

export const consumableDaySchema = z
  .object({
    day: localDate.describe('In UTC.'),
    levelFirst: z.number().nullable(),
    levelLast: z.number().nullable(),
    levelMin: z.number().nullable(),
    used: z.number().describe('Fillings: the sum of all falls of the level.'),
    counted: z.number().nullable().describe('Uses by the counter; null: none was reported.'),
    readings: z.number().int(),
  })
  .meta({ id: 'ConsumableDay' });
export const consumableDaysSchema = z.object({ items: z.array(consumableDaySchema) });
export const consumableDaysQuery = z.object({ from: localDate, to: localDate });
