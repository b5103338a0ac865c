import { z } from 'zod';
import { instant, localDate, pageOf, pageQuery, uuid } from './common.ts';

const deletedPart = z.object({
  group: z.string(),
  what: z.string().describe("In the customer's language."),
  rows: z.number().int(),
});
const keptPart = z.object({
  group: z.string(),
  what: z.string(),
  why: z.string().describe('With the law that it rests on.'),
  rows: z.number().int(),
  until: localDate.nullable().describe("Last day; null: with the installation's log."),
});
const parts = {
  deletes: z.array(deletedPart).describe('What is deleted.'),
  keeps: z.array(keptPart).describe('What stays, without telling of anybody any more.'),
};

export const erasurePreviewSchema = z
  .object({
    customerId: uuid,
    ...parts,
    openOrders: z
      .number()
      .int()
      .describe('Orders that are cancelled, or that the merchant is asked to take back.'),
    devices: z.number().int().describe('Devices that are released.'),
    accounts: z.number().int().describe('Accounts that go too: of people who act for nobody else.'),
  })
  .meta({ id: 'ErasurePreview' });

export const eraseCustomerSchema = z
  .object({ confirm: z.string().max(300).describe('The name of the customer, typed.') })
  .meta({ id: 'EraseCustomer', examples: [{ confirm: 'Familie Weber' }] });

export const startedErasureSchema = z
  .object({
    erasureId: uuid,
    receiptToken: z
      .string()
      .describe('Opens the receipt when nobody can sign in for it any more. Shown this once.'),
    requestedAt: instant,
    ...parts,
    cancelledOrderIds: z.array(uuid),
    takenBackOrderIds: z.array(uuid).describe('The merchant is asked to take them back.'),
    releasedDevices: z
      .array(z.object({ deviceId: uuid, name: z.string(), claimCode: z.string() }))
      .describe('With a claim code for whoever has it next; none for fleets, an admin makes those.'),
  })
  .meta({ id: 'StartedErasure' });

export const erasureSchema = z
  .object({
    id: uuid,
    customerId: uuid,
    requestedBy: z.enum(['customer', 'ops']),
    requestedAt: instant,
    finishedAt: instant.nullable(),
    receipt: z
      .string()
      .nullable()
      .describe(
        'Signed (compact JWS, EdDSA): what was deleted, what is kept, why and until when. null: not done yet.',
      ),
  })
  .meta({ id: 'Erasure' });
export const erasureQuery = z.object({ token: z.string().min(1).max(200) });
export const erasuresQuery = z.object(pageQuery);
export const erasuresPage = pageOf(erasureSchema);
