import { z } from 'zod';
import { instant, label, pageOf, pageQuery, uuid } from './common.ts';

/** Fleets: a manufacturer's token in the firmware, traded by each device for credentials of its own. */

/** More devices than one token should stand for: a leaked token is worth that many. */
const MAX_DEVICES = 1_000_000;
export const newProvisioningTokenSchema = z
  .object({
    deviceModelId: uuid,
    name: label.describe('Batch or factory.'),
    maxDevices: z.number().int().min(1).max(MAX_DEVICES),
    validDays: z.number().int().min(1).max(3650).default(365),
  })
  .meta({
    id: 'NewProvisioningToken',
    examples: [{ deviceModelId: '0197f0c2-6d1e-7000-8000-000000000002', name: 'Batch 7', maxDevices: 5000 }],
  });
export const provisioningTokenSchema = z
  .object({
    id: uuid,
    deviceModelId: uuid,
    name: z.string(),
    maxDevices: z.number().int(),
    usedDevices: z.number().int(),
    createdAt: instant,
    expiresAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'ProvisioningToken' });
export const createdProvisioningTokenSchema = provisioningTokenSchema
  .extend({ token: z.string().describe('Goes into the firmware. Shown this once; only a hash is kept.') })
  .meta({ id: 'CreatedProvisioningToken' });
export const provisioningTokensQuery = z.object({ ...pageQuery, deviceModelId: uuid.optional() });
export const provisioningTokensPage = pageOf(provisioningTokenSchema);

export const provisionSchema = z
  .object({ serial: z.string().trim().min(1).max(128).describe("The device's serial number.") })
  .meta({ id: 'Provision', examples: [{ serial: 'SN-000123' }] });
export const provisionedSchema = z
  .object({
    deviceId: uuid.describe('User name of its MQTT connection.'),
    secret: z.string().describe('Password of its MQTT connection. Shown this once.'),
    claimCode: z.string().nullable().describe('To print or show; null: the device has an owner already.'),
  })
  .meta({ id: 'Provisioned' });

/** Certificates have some 2 kB; keys of 8192 bits a little more. */
const MAX_PEM = 20_000;
export const newClaimCertificateSchema = z
  .object({
    deviceModelId: uuid,
    name: label.describe('Batch or factory.'),
    certificate: z
      .string()
      .max(MAX_PEM)
      .describe('X.509 in PEM: the one in the firmware, or the authority that signed those.'),
    maxDevices: z.number().int().min(1).max(MAX_DEVICES),
    validDays: z.number().int().min(1).max(3650).default(365),
  })
  .meta({
    id: 'NewClaimCertificate',
    examples: [
      {
        deviceModelId: '0197f0c2-6d1e-7000-8000-000000000002',
        name: 'Factory authority 2026',
        certificate: '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----',
        maxDevices: 5000,
      },
    ],
  });
export const claimCertificateSchema = provisioningTokenSchema
  .extend({
    subject: z.string(),
    fingerprint: z.string().describe('SHA-256, lower-case hex.'),
    isAuthority: z.boolean().describe('true: certificates that it signed count; false: this one alone.'),
  })
  .meta({ id: 'ClaimCertificate' });
export const claimCertificatesPage = pageOf(claimCertificateSchema);
