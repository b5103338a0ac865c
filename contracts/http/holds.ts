import { z } from 'zod';
import { instant, localDate, pageOf, pageQuery, queryFlag, reason, uuid } from './common.ts';

/** Strict: an end that is misspelt must not become an open one. */
export const newHoldSchema = z
  .strictObject({
    customerId: uuid,
    deviceId: uuid.nullable().default(null).describe('null: every device of the customer.'),
    addressId: uuid.nullable().default(null).describe('Every device that stands there.'),
    startsOn: localDate,
    endsOn: localDate.nullable().default(null).describe('Inclusive; null: open end.'),
    reason: reason.nullable().default(null),
  })
  .refine(({ startsOn, endsOn }) => endsOn === null || endsOn >= startsOn, {
    path: ['endsOn'],
    message: 'ends before it starts',
  })
  .refine(({ deviceId, addressId }) => deviceId === null || addressId === null, {
    path: ['addressId'],
    message: 'a device or an address, not both',
  })
  .meta({
    id: 'NewHold',
    description: "A span of dates without deliveries, in the customer's time zone.",
    examples: [
      {
        customerId: '0197f0c2-6d1e-7000-8000-000000000003',
        startsOn: '2026-07-03',
        endsOn: '2026-07-17',
        reason: 'Vacation',
      },
    ],
  });

export const holdSchema = z
  .object({
    id: uuid,
    customerId: uuid,
    deviceId: uuid.nullable(),
    addressId: uuid.nullable(),
    startsOn: localDate,
    endsOn: localDate.nullable(),
    reason: z.string().nullable(),
    createdAt: instant,
    cancelledAt: instant.nullable(),
    feedId: uuid.nullable().describe('The calendar that it comes from; null: made by hand.'),
  })
  .meta({ id: 'Hold' });

export const holdsQuery = z.object({ ...pageQuery, customerId: uuid, cancelled: queryFlag.optional() });
export const holdsPage = pageOf(holdSchema);
