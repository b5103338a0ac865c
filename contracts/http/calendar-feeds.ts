import { z } from 'zod';
import { instant, label, localDate, uuid } from './common.ts';

/** Bytes of text that a calendar may have: some 3,000 events. */
const MAX_CALENDAR = 900_000;

const calendarUrl = z
  .string()
  .max(2000)
  .regex(/^(https?|webcals?):\/\/\S+$/i, 'an address that begins with https:// or webcal://');
/** "webcal" is what calendar programs call https. */
export const asHttps = (url: string): string => url.replace(/^webcals?:\/\//i, 'https://');
const text = z.string().min(1).max(MAX_CALENDAR);

const rule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('keyword'), keyword: z.string().trim().min(2).max(100) }),
  z.object({ kind: z.literal('all-day-busy') }),
]);

/** Where the events come from, and which of them count. */
const source = {
  url: calendarUrl.nullable().default(null).describe('Address of the calendar, https; null: see text.'),
  text: text.nullable().default(null).describe('Content of an uploaded file (RFC 5545); null: see url.'),
  rule: rule.describe('Which events count: with a word in title or category, or whole days marked busy.'),
};
const oneSource = ({ url, text: given }: { url: string | null; text: string | null }): boolean =>
  (url === null) !== (given === null);

export const newCalendarFeedSchema = z
  .object({
    deviceId: uuid.nullable().default(null).describe('null: every device.'),
    addressId: uuid.nullable().default(null).describe('Every device that stands there.'),
    name: label,
    ...source,
  })
  .refine(oneSource, { path: ['url'], message: 'either url or text' })
  .refine(({ deviceId, addressId }) => deviceId === null || addressId === null, {
    path: ['addressId'],
    message: 'a device or an address, not both',
  })
  .meta({
    id: 'NewCalendarFeed',
    examples: [
      {
        name: 'Family',
        url: 'https://calendar.example/family.ics',
        rule: { kind: 'keyword', keyword: 'vacation' },
      },
    ],
  });

export const previewCalendarSchema = z
  .object(source)
  .refine(oneSource, { path: ['url'], message: 'either url or text' })
  .meta({ id: 'PreviewCalendar' });

export const calendarPreviewSchema = z
  .object({
    holds: z.array(z.object({ startsOn: localDate, endsOn: localDate, title: z.string() })),
  })
  .meta({ id: 'CalendarPreview', description: 'What a calendar would hold.' });

export const calendarFeedSchema = z
  .object({
    id: uuid,
    customerId: uuid,
    deviceId: uuid.nullable(),
    addressId: uuid.nullable(),
    name: z.string(),
    host: z
      .string()
      .nullable()
      .describe('Where it is fetched; the whole address is a secret. null: uploaded.'),
    rule: z.string(),
    keyword: z.string().nullable(),
    status: z.enum(['pending', 'ok', 'broken']).describe('broken: the dates last known still count.'),
    lastError: z.string().nullable(),
    lastFetchedAt: instant.nullable(),
    lastGoodAt: instant.nullable(),
    createdAt: instant,
    holds: z.number().int().describe('Holds in force that come from it.'),
  })
  .meta({ id: 'CalendarFeed' });
export const calendarFeedsSchema = z.object({ items: z.array(calendarFeedSchema) });

export const movedOrderSchema = z.object({ orderId: uuid, askedAt: instant }).meta({
  id: 'MovedOrder',
  description: 'The merchant is asked to take the order back; it is then ordered anew for the return.',
});
