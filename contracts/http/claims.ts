import { z } from 'zod';
import { instant, uuid } from './common.ts';
import { strategy } from './devices.ts';

/** Binding devices to customers, and giving them away again. */

/** Crockford's base 32 and what people write for it: O for 0, I and L for 1; hyphens and blanks do not count. */
const claimCode = z
  .string()
  .trim()
  .min(12)
  .max(20)
  .meta({
    description: 'As printed; capitals, hyphens and blanks do not matter.',
    examples: ['7GH2-K9QM-4XTB'],
  });

/** A code in a drawer outlives a product's warranty; one that is never used must not live for ever. */
export const DEFAULT_CLAIM_CODE_DAYS = 1825;
export const newClaimCodeSchema = z
  .object({ validDays: z.number().int().min(1).max(3650).default(DEFAULT_CLAIM_CODE_DAYS) })
  .prefault({})
  .meta({ id: 'NewClaimCode', examples: [{ validDays: 1825 }] });
export const claimCodeSchema = z
  .object({
    deviceId: uuid,
    claimCode: z.string().describe('Shown this once; only a keyed hash is kept.'),
    expiresAt: instant,
  })
  .meta({ id: 'ClaimCode' });

export const newClaimSchema = z
  .object({
    code: claimCode,
    customerId: uuid.describe('Who gets the device.'),
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe('What to call it; left out: as it is called.'),
    strategy: strategy.default('curated').describe('Of each of its consumables.'),
  })
  .meta({
    id: 'NewClaim',
    examples: [{ code: '7GH2-K9QM-4XTB', customerId: '0197f0c2-6d1e-7000-8000-000000000003' }],
  });

export const releasedDeviceSchema = z
  .object({
    releasedDeviceId: uuid.describe('Stays with the former owner, revoked, with its history.'),
    deviceId: uuid.describe('Stands for the same thing from now on, without owner, history or credentials.'),
    claimCode: z.string().describe('For the next owner. Shown this once.'),
    claimCodeExpiresAt: instant,
    cancelledOrderIds: z.array(uuid).describe('Orders that were cancelled with it.'),
    takenBackOrderIds: z
      .array(uuid)
      .describe('Orders that the merchant has, or is just getting: it is asked to cancel them.'),
    withdrawnConsentIds: z.array(uuid),
  })
  .meta({ id: 'ReleasedDevice' });
