import { z } from 'zod';
import { ADAPTER_NAMES, type AdapterName, MERCHANT_ADAPTERS } from '../merchant-adapters.ts';
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

const adapter = z.enum(ADAPTER_NAMES).describe(
  Object.entries(MERCHANT_ADAPTERS)
    .map(([name, { about }]) => `${name}: ${about}`)
    .join(' '),
);
const baseUrl = z
  .string()
  .max(500)
  .refine((url) => fitsSome(url), 'an address of no adapter')
  .refine((url) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === ''), {
    message: 'credentials belong in apiKey',
  })
  .describe('https://… of the open contract; folder:name of csv-folder.');
const combinesParcels = z
  .boolean()
  .describe('It packs orders with the same parcelReference together and charges shipping once.');

/** Whether the address is one that the adapter can have. */
export const fitsAdapter = (name: AdapterName, url: string): boolean =>
  MERCHANT_ADAPTERS[name].address.test(url) && (name !== 'open-contract' || URL.canParse(url));
const fitsSome = (url: string): boolean => ADAPTER_NAMES.some((name) => fitsAdapter(name, url));

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
  .object({
    name: label,
    adapter: adapter.default('open-contract'),
    baseUrl,
    apiKey,
    webhookSecret: webhookSecret.optional(),
    leadTimePmf,
    combinesParcels: combinesParcels.default(false),
  })
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
  .object({ name: label, baseUrl, apiKey, leadTimePmf, combinesParcels })
  .partial()
  .meta({ id: 'MerchantPatch', examples: [{ leadTimePmf: [0, 0, 1] }] });

export const merchantSchema = z
  .object({
    id: uuid,
    name: z.string(),
    adapter: z.string(),
    baseUrl: z.string(),
    combinesParcels: z.boolean(),
    leadTimePmf: z.array(z.number()),
    createdAt: instant,
  })
  .meta({ id: 'Merchant' });

export const createdMerchantSchema = merchantSchema
  .extend({ webhookSecret: z.string().describe('Shown this once.') })
  .meta({ id: 'CreatedMerchant' });

export const merchantsPage = pageOf(merchantSchema);
