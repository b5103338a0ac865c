import { z } from 'zod';
import { label } from './common.ts';

/** Who operates this installation: the controller that receipts and acknowledgements name. */
export const operatorSchema = z
  .object({
    name: label,
    address: z.string().trim().min(1).max(500),
    email: z.email().max(254),
    phone: z.string().trim().min(3).max(40).nullable().default(null),
    url: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
    privacyPolicyUrl: z.url({ protocol: /^https?$/ }),
  })
  .meta({
    id: 'Operator',
    examples: [
      {
        name: 'Weber Office Supplies GmbH',
        address: 'Hauptstraße 1, 10115 Berlin, DE',
        email: 'privacy@weber.example',
        phone: null,
        url: 'https://weber.example',
        privacyPolicyUrl: 'https://weber.example/privacy',
      },
    ],
  });
export type Operator = z.output<typeof operatorSchema>;

export const RECEIPT_FORMATS = ['iso-27560', 'kantara-1.1'] as const;
export const receiptQuery = z.object({ format: z.enum(RECEIPT_FORMATS).default('iso-27560') });

export const signedDocumentSchema = z
  .object({
    document: z.record(z.string(), z.unknown()).describe('The document, to be read.'),
    jws: z.string().describe('The same document signed: compact JWS (RFC 7515), EdDSA.'),
    keys: z.string().describe('Where the public keys are (RFC 7517).'),
  })
  .meta({ id: 'SignedDocument' });
export type SignedDocument = z.output<typeof signedDocumentSchema>;

export const keySetSchema = z
  .object({ keys: z.array(z.record(z.string(), z.string())) })
  .meta({ id: 'KeySet', description: 'JSON Web Key Set (RFC 7517).' });
