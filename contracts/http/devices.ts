import { z } from 'zod';
import { instant, label, pageOf, pageQuery, uuid } from './common.ts';

const STRATEGIES = ['respond', 'coach', 'curated', 'automatic'] as const;
export const strategy = z
  .enum(STRATEGIES)
  .describe('respond: on demand; coach: remind; curated: propose; automatic: announce and order.');

export const firmware = z.string().trim().min(1).max(64);

const certificateFingerprint = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the client certificate, lower-case hex.');

export const newDeviceSchema = z
  .object({
    customerId: uuid.nullable().default(null),
    deviceModelId: uuid,
    name: label,
    serial: z.string().min(1).max(128).nullable().default(null),
    firmware: firmware.nullable().default(null).describe('Version of its software, if known.'),
    strategy: strategy.default('curated').describe('Of each of its consumables; can be changed one by one.'),
    certificateFingerprint: certificateFingerprint.nullable().default(null),
  })
  .meta({
    id: 'NewDevice',
    examples: [
      {
        customerId: '0197f0c2-6d1e-7000-8000-000000000003',
        deviceModelId: '0197f0c2-6d1e-7000-8000-000000000002',
        name: 'Printer in the study',
        strategy: 'automatic',
      },
    ],
  });

/** A fleet is registered in requests of this many devices: about a second of work and 200 kB. */
export const MAX_BULK_DEVICES = 500;
export const bulkDevicesSchema = z
  .object({ devices: z.array(newDeviceSchema).min(1).max(MAX_BULK_DEVICES) })
  .meta({ id: 'NewDevices' });

const deviceConsumable = z.object({ id: uuid, key: z.string(), productId: uuid.nullable(), strategy });

export const deviceSchema = z
  .object({
    id: uuid.describe('Also the user name of its MQTT connection.'),
    customerId: uuid.nullable(),
    deviceModelId: uuid,
    name: z.string(),
    serial: z.string().nullable(),
    firmware: z.string().nullable(),
    hasSecret: z.boolean(),
    certificateFingerprint: z.string().nullable(),
    revokedAt: instant.nullable(),
    presence: z.enum(['online', 'offline']),
    presenceAt: instant.nullable(),
    createdAt: instant,
    addressId: uuid.nullable().describe('Where it stands.'),
    consumables: z.array(deviceConsumable),
  })
  .meta({ id: 'Device' });

const secret = z
  .string()
  .describe('Password of its MQTT connection: 256 random bits. Shown this once; only a hash is kept.');

const claimCode = z
  .string()
  .nullable()
  .describe(
    'For whoever buys it; null: it has a customer already. Shown this once; only a keyed hash is kept.',
  );

export const createdDeviceSchema = deviceSchema.extend({ secret, claimCode }).meta({ id: 'CreatedDevice' });
export const createdDevicesSchema = z
  .object({ devices: z.array(createdDeviceSchema) })
  .meta({ id: 'CreatedDevices', description: 'In the order of the request.' });
export const deviceSecretSchema = z.object({ deviceId: uuid, secret }).meta({ id: 'DeviceSecret' });

export const devicePatchSchema = z
  .object({ name: label, serial: z.string().min(1).max(128).nullable(), firmware: firmware.nullable() })
  .partial()
  .meta({ id: 'DevicePatch', examples: [{ name: 'Printer upstairs' }] });
export const deviceCertificateSchema = z
  .object({ fingerprint: certificateFingerprint.nullable().describe('null: no certificate any more.') })
  .meta({ id: 'DeviceCertificate' });

export const devicesQuery = z.object({
  ...pageQuery,
  customerId: uuid.optional(),
  deviceModelId: uuid.optional(),
});
export const devicesPage = pageOf(deviceSchema);

/** What happened to it, by its own word, the customer's, or the platform's. */
export const DEVICE_EVENT_TYPES = [
  'replaced',
  'button',
  'fault',
  'delivered',
  'shelf-count',
  'early-replacement',
  'off-channel',
] as const;
export const deviceEventSchema = z
  .object({
    id: uuid,
    type: z.string().describe(`Among them ${DEVICE_EVENT_TYPES.join(', ')}.`),
    at: instant.describe("By the device's own clock, where it told."),
    receivedAt: instant,
    historical: z
      .boolean()
      .describe('Told late, out of its memory: evidence, never by itself a reason to order.'),
    consumableId: uuid.nullable(),
    consumableName: z.string().nullable(),
    quantity: z
      .number()
      .nullable()
      .describe('Fillings, for what was delivered or counted; what was left, for an early replacement.'),
    orderId: uuid.nullable(),
    detail: z.string().nullable().describe("The device's own words."),
  })
  .meta({ id: 'DeviceEvent' });
export const deviceEventsQuery = z.object(pageQuery);
export const deviceEventsPage = pageOf(deviceEventSchema);
