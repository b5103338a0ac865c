import { z } from 'zod';
import { instant, label, pageOf, uuid } from './common.ts';

/** How far the probabilities of a lead time may be from one in sum: rounding of six digits. */
const SUM_TOLERANCE = 1e-6;

const leadTimePmf = z
  .array(z.number().min(0).max(1))
  .min(1)
  .max(60)
  .refine(
    (pmf) => Math.abs(pmf.reduce((sum, p) => sum + p, 0) - 1) <= SUM_TOLERANCE,
    'the probabilities must sum to 1',
  )
  .meta({
    description: 'Probability of a lead time of 0, 1, 2 … business days.',
    examples: [[0, 0.2, 0.6, 0.2]],
  });

const baseUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '', {
    message: 'credentials belong in apiKey',
  });
const apiKey = z
  .string()
  .min(1)
  .max(500)
  .describe('Bearer token for calls to the merchant; never shown again.');

/** Standard Webhooks asks for 24 to 64 bytes of key. */
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/)
  .describe(
    'Key of the webhooks that the merchant signs (Standard Webhooks); left out: a random one is made.',
  );

export const newMerchantSchema = z
  .object({ name: label, baseUrl, apiKey, webhookSecret: webhookSecret.optional(), leadTimePmf })
  .meta({
    id: 'NewMerchant',
    examples: [
      {
        name: 'Office Supplies',
        baseUrl: 'https://merchant.example/v1',
        apiKey: 'a-token-of-theirs',
        leadTimePmf: [0, 0.2, 0.6, 0.2],
      },
    ],
  });

export const merchantPatchSchema = z
  .object({ name: label, baseUrl, apiKey, leadTimePmf })
  .partial()
  .meta({ id: 'MerchantPatch', examples: [{ leadTimePmf: [0, 0, 1] }] });

export const merchantSchema = z
  .object({
    id: uuid,
    name: z.string(),
    baseUrl: z.string(),
    leadTimePmf: z.array(z.number()),
    createdAt: instant,
  })
  .meta({ id: 'Merchant' });

export const createdMerchantSchema = merchantSchema
  .extend({ webhookSecret: z.string().describe('Shown this once.') })
  .meta({ id: 'CreatedMerchant' });

export const merchantsPage = pageOf(merchantSchema);
