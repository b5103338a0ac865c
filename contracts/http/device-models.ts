import { z } from 'zod';
import { instant, label, pageOf, uuid } from './common.ts';

export const slotKey = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^/+#\s]+$/)
  .meta({ description: 'Name of the slot in telemetry.', examples: ['black'] });

const positive = z.number().positive().finite();

const slotProfile = {
  name: label.describe('How people name it in a sentence.'),
  polarity: z.enum(['depletes', 'fills']).describe('fills: a receptacle; its level is the space left.'),
  gaugeQuantum: z
    .number()
    .positive()
    .max(1)
    .describe('Smallest step of the gauge, as a fraction of a full filling.'),
  gaugeNoise: z
    .number()
    .min(0)
    .lt(1)
    .describe('Standard deviation of a reading beyond the step, as a fraction.'),
  unit: z.string().min(1).max(16).nullable().describe('Unit of amounts, for devices that report amounts.'),
  capacity: positive.nullable().describe('A full filling in that unit.'),
  counterKey: z
    .string()
    .min(1)
    .max(64)
    .nullable()
    .describe("Which of the device's counters measures its use."),
  yieldUses: positive.nullable().describe('Uses (pages, cups) of one filling.'),
  typicalLifeDays: positive.max(36_500).describe('Typical life of one filling, in days.'),
  shelfLifeDays: positive.nullable().describe('Days a filling keeps; null: it does not spoil.'),
  followsWeather: z
    .boolean()
    .describe(
      'Used with the cold, as heating fuel is: its use counts in degree-days where the address has them.',
    ),
};

export const slotProfileBody = z.object({
  ...slotProfile,
  polarity: slotProfile.polarity.default('depletes'),
  gaugeQuantum: slotProfile.gaugeQuantum.default(0.01),
  gaugeNoise: slotProfile.gaugeNoise.default(0.005),
  unit: slotProfile.unit.default(null),
  capacity: slotProfile.capacity.default(null),
  counterKey: slotProfile.counterKey.default(null),
  yieldUses: slotProfile.yieldUses.default(null),
  shelfLifeDays: slotProfile.shelfLifeDays.default(null),
  followsWeather: slotProfile.followsWeather.default(false),
});

const slotSchema = z.object({ key: slotKey, ...slotProfile }).meta({ id: 'Slot' });

export const newDeviceModelSchema = z
  .object({
    make: label,
    model: label,
    family: label.describe('What devices are pooled by above the model: "laser printer", "fridge".'),
    slots: z
      .array(slotProfileBody.extend({ key: slotKey }))
      .min(1)
      .max(64)
      .refine((slots) => new Set(slots.map(({ key }) => key)).size === slots.length, 'every key once'),
  })
  .meta({
    id: 'NewDeviceModel',
    examples: [
      {
        make: 'Acme',
        model: 'Laser 100',
        family: 'laser printer',
        slots: [
          { key: 'black', name: 'Black toner', typicalLifeDays: 120, yieldUses: 3000, counterKey: 'pages' },
        ],
      },
    ],
  });

export const deviceModelSchema = z
  .object({
    id: uuid,
    make: z.string(),
    model: z.string(),
    family: z.string(),
    slots: z.array(slotSchema),
    createdAt: instant,
  })
  .meta({ id: 'DeviceModel' });

export const deviceModelsPage = pageOf(deviceModelSchema);
export const slotParams = z.object({ deviceModelId: uuid, slotKey });
