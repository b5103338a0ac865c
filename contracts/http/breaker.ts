import { z } from 'zod';

/** When the platform stops ordering by itself. */
export const breakerSettingsSchema = z
  .object({
    enabled: z.boolean().default(true),
    floorPerDay: z
      .number()
      .int()
      .min(1)
      .default(50)
      .describe('Orders a day of the whole fleet that are never too many, however few there were before.'),
    narrowFloorPerDay: z
      .number()
      .int()
      .min(1)
      .default(20)
      .describe('The same of one device model, firmware or product.'),
    chance: z
      .number()
      .min(1e-12)
      .max(0.01)
      .default(1e-6)
      .describe('Trips on a day that by chance would happen less often than this.'),
    graceHours: z
      .number()
      .min(0)
      .max(720)
      .default(48)
      .describe('After its halt was lifted the rate that was let pass counts as usual for so long.'),
  })
  .meta({ id: 'BreakerSettings', examples: [{ floorPerDay: 200 }] });
export type BreakerSettings = z.output<typeof breakerSettingsSchema>;
export const BREAKER_SETTING = 'breaker';
