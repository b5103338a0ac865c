import { z } from 'zod';

/** Instants travel as ISO 8601 text and are Date objects inside. */
export const instant = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** A calendar date, meant in the customer's time zone. */
export const localDate = z.iso.date();

/** UUIDs of every version; the platform's own are version 7. */
export const uuid = z.guid();

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
export const currency = z
  .string()
  .refine((code) => CURRENCIES.has(code), 'not a currency of ISO 4217')
  .meta({ description: 'ISO 4217.', examples: ['EUR'] });

/** PostgreSQL's integer: amounts in minor units up to some 21 million in a currency with cents. */
const MAX_INTEGER = 2_147_483_647;
export const minorUnits = z
  .number()
  .int()
  .min(0)
  .max(MAX_INTEGER)
  .meta({ description: 'Minor units of the currency (cents).', examples: [8990] });
export const wholeNumber = z.number().int().min(1).max(MAX_INTEGER);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
export const timeZone = z
  .string()
  .refine(isTimeZone, 'not a time zone of the IANA database')
  .meta({ description: 'IANA time zone.', examples: ['Europe/Berlin'] });

/** A short text that people read. */
export const label = z.string().trim().min(1).max(200);
export const reason = z.string().trim().min(1).max(500);

/** Filters of a query string come as text: `true` or `false`. */
export const queryFlag = z.enum(['true', 'false']).transform((value) => value === 'true');

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
  cursor: z.string().max(300).optional().describe('nextCursor of the page before.'),
};

/** One page of a list; `nextCursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Path parameters, each a UUID. */
export const idParams = <Name extends string>(...names: Name[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, uuid])) as Record<Name, typeof uuid>);

/** Who acts, until sign-in tells: the token acts for the customer unless it says ops. */
export const actingFor = z.enum(['customer', 'ops']).default('customer');
