import { addBusinessDays } from '../../core/calendar.ts';
import type { Instant, LeadTime, Offer, SiteCalendar } from '../../core/types.ts';
import type { KnownQuote, QuotesOfProduct } from './known-quotes.ts';

/** Business days that any merchant's estimate is looked for in. */
const LONGEST_DAYS = 60;
/** An estimate that our own experience gives less than this is news: it counts instead. */
const UNHEARD_OF = 0.05;

/**
 * The offer at quoted prices: for a quantity that was quoted the quote's, for every other the list's. So the
 * rule that chooses the quantity weighs what would really be paid.
 */
export function quotedOffer(offer: Offer, quotes: QuotesOfProduct): Offer {
  const priced = [...quotes.values()].flatMap(({ quantity, price }) =>
    price !== null && price.currency === offer.unitPrice.currency ? [{ quantity, price }] : [],
  );
  if (priced.length === 0) return offer;
  const listed = [...(offer.priceBreaks ?? [])].toSorted((a, b) => a.quantity - b.quantity);
  const listPrice = (quantity: number): number =>
    listed.findLast((level) => level.quantity <= quantity)?.unitPrice.minor ?? offer.unitPrice.minor;
  const minorFrom = new Map<number, number>(listed.map((level) => [level.quantity, level.unitPrice.minor]));
  for (const { quantity } of priced) {
    if (!minorFrom.has(quantity + 1)) minorFrom.set(quantity + 1, listPrice(quantity + 1));
  }
  for (const { quantity, price } of priced) minorFrom.set(quantity, price.unitPriceMinor);
  const { currency } = offer.unitPrice;
  const priceBreaks = [...minorFrom]
    .toSorted(([a], [b]) => a - b)
    .map(([quantity, minor]) => ({ quantity, unitPrice: { minor, currency } }));
  // What one unit costs is the offer's own price.
  const [first, ...rest] = priceBreaks;
  return first?.quantity === 1
    ? { ...offer, unitPrice: first.unitPrice, priceBreaks: rest }
    : { ...offer, priceBreaks };
}

/** What one parcel costs by the quotes, at most; null: none says. */
export function quotedShipping(quotes: QuotesOfProduct): number | null {
  const shipping = [...quotes.values()].flatMap(({ price }) => price?.shippingMinor ?? []);
  return shipping.length === 0 ? null : Math.max(...shipping);
}

/**
 * The lead time to reckon with: what deliveries have taught, unless the merchant promises something that
 * they say hardly ever happens (it is out of stock for weeks), and then its promise.
 */
export function quotedLeadTime(learned: LeadTime, quotes: QuotesOfProduct, calendar: SiteCalendar): LeadTime {
  const newest = [...quotes.values()]
    .filter(({ price }) => price !== null)
    .toSorted((a, b) => (b.answeredAt ?? 0) - (a.answeredAt ?? 0))[0];
  const promised = newest === undefined ? null : promisedLeadTime(newest, calendar);
  if (promised === null) return learned;
  const believed = promised.pmf.reduce((sum, p, days) => (p > 0 ? sum + (learned.pmf[days] ?? 0) : sum), 0);
  return believed < UNHEARD_OF ? promised : learned;
}

/** The dates of a quote as business days from when it was given, each as likely as the other; null: none. */
function promisedLeadTime({ answeredAt, price }: KnownQuote, calendar: SiteCalendar): LeadTime | null {
  if (price === null || answeredAt === null) return null;
  const from = daysUntil(answeredAt, price.arrivesFrom, calendar);
  const to = Math.max(daysUntil(answeredAt, price.arrivesTo, calendar), from);
  const share = 1 / (to - from + 1);
  return { pmf: Array.from({ length: to + 1 }, (_, days) => (days < from ? 0 : share)) };
}

function daysUntil(since: Instant, date: string, calendar: SiteCalendar): number {
  for (let days = 0; days < LONGEST_DAYS; days += 1) {
    if (addBusinessDays(since, days, calendar) >= date) return days;
  }
  return LONGEST_DAYS;
}
