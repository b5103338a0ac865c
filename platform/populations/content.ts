import { z } from 'zod';
import type { Population } from '../../core/types.ts';

/**
 * What a version of the fleet's teaching holds. Its rate counts in typical lives: a fridge's milk and a
 * printer's drum differ by their makers' figures, and by the fleet in how far off those are.
 */
const contentSchema = z.object({
  shape: z.number().positive(),
  ratePerTypicalLife: z.number().positive(),
  expertWeights: z.array(z.number()),
  recalibration: z.array(z.number()),
  dayWeights: z.array(z.number()).min(1),
  earlySwapPerDay: z.number().min(0),
  temptedBelow: z.number().min(0).max(1).optional(),
  monthFactors: z.array(z.number().min(0)).length(12).optional(),
});

export type PopulationContent = z.infer<typeof contentSchema>;

export interface PopulationVersion {
  readonly version: number;
  readonly devices: number;
  readonly content: unknown;
}

/** The population in days of a slot's own typical life; null if another program version wrote it. */
export function populationFor(
  { version, devices, content }: PopulationVersion,
  typicalLifeDays: number,
): Population | null {
  const parsed = contentSchema.safeParse(content);
  if (!parsed.success) return null;
  const { ratePerTypicalLife, temptedBelow, monthFactors, ...rest } = parsed.data;
  return {
    ...rest,
    ...(temptedBelow === undefined ? {} : { temptedBelow }),
    ...(monthFactors === undefined ? {} : { monthFactors }),
    rate: ratePerTypicalLife / typicalLifeDays,
    version,
    devices,
  };
}

/** The content of a population that was fitted to use counted in typical lives. */
export function contentOf(population: Population): PopulationContent {
  const { shape, rate, expertWeights, recalibration, dayWeights = [], earlySwapPerDay = 0 } = population;
  return {
    shape,
    ratePerTypicalLife: rate,
    expertWeights: [...expertWeights],
    recalibration: [...recalibration],
    dayWeights: [...dayWeights],
    earlySwapPerDay,
    ...(population.temptedBelow === undefined ? {} : { temptedBelow: population.temptedBelow }),
    ...(population.monthFactors === undefined ? {} : { monthFactors: [...population.monthFactors] }),
  };
}

export const FLEET_SCOPE = 'all';
export const familyScope = (family: string): string => `family:${family}`;
export const slotScope = (deviceModelId: string, key: string): string => `model:${deviceModelId}:${key}`;
