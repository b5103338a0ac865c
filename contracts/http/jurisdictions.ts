import { z } from 'zod';
import { instant, label, localDate, uuid } from './common.ts';
import { signedDocumentSchema } from './receipts.ts';

export const jurisdictionSchema = z
  .object({
    code: z.string(),
    name: z.string(),
    strategyWithoutAnnouncement: z.enum(['respond', 'coach', 'curated', 'automatic']),
    minCancelWindowHours: z.number(),
    annualReminder: z.boolean(),
    feeChangeNotice: z.object({ minDays: z.number().int(), maxDays: z.number().int() }).nullable(),
    withdrawal: z.object({ days: z.number().int(), withFunction: z.boolean() }).nullable(),
    telemetryWithoutConsent: z.boolean(),
  })
  .meta({
    id: 'Jurisdiction',
    description: 'What the law of a place asks of automatic orders (docs/jurisdictions.md).',
  });
export const jurisdictionsSchema = z.object({ items: z.array(jurisdictionSchema) });

export const dutySchema = z
  .object({
    id: uuid,
    customerId: uuid,
    consentId: uuid,
    kind: z.enum(['annual-reminder', 'fee-change-notice']),
    jurisdiction: z.string(),
    subject: z.string(),
    dueAt: instant,
    fulfilledAt: instant.nullable(),
    messageId: uuid.nullable(),
  })
  .meta({
    id: 'Duty',
    description: 'What the law obliges the platform to tell a customer, and when it did.',
  });
export const dutiesSchema = z.object({ items: z.array(dutySchema) });

export const stateWithdrawalSchema = z
  .object({
    name: label.describe('Of whoever withdraws.'),
    contact: z.email().max(254).describe('Where the acknowledgement goes.'),
  })
  .meta({ id: 'StateWithdrawal', examples: [{ name: 'Anna Weber', contact: 'anna@weber.example' }] });

export const contractWithdrawalSchema = z
  .object({
    orderId: uuid,
    isOpen: z.boolean().describe('Whether the purchase can be withdrawn from now.'),
    name: z.string().nullable(),
    contact: z.string().nullable(),
    statedAt: instant.nullable().describe('null: nobody has stated a withdrawal.'),
    confirmedAt: instant.nullable().describe('null: stated, and still to be confirmed in the second step.'),
    lastDay: localDate.nullable().describe('Last day of the period; null: it begins with the delivery.'),
    acknowledgement: signedDocumentSchema.nullable(),
  })
  .meta({ id: 'ContractWithdrawal' });
