import type { Instant, LocalDate, Money } from '../types.ts';
import type { AskFacts } from './ask.ts';
import type { OrderFacts } from './order.ts';

/** Languages that the platform speaks. */
export type Language = 'en' | 'de';

interface Arrival {
  /** Dates between which it arrives, both included. */
  readonly first: LocalDate;
  readonly last: LocalDate;
}
interface Away {
  readonly from: LocalDate;
  /** Inclusive; null: open end. */
  readonly to: LocalDate | null;
}
interface PriceLimit {
  readonly price: Money;
  readonly limit: Money;
}
interface PriceDrift {
  readonly price: Money;
  /** Fraction above the price at grant that is allowed. */
  readonly drift: number;
  readonly agreed: Money;
}
interface SpendLimit {
  readonly after: Money;
  readonly limit: Money;
}
interface Width {
  readonly days: number;
  readonly leadDays: number;
}
type Nothing = Readonly<Record<never, never>>;

/**
 * What core has to say, by code, with the facts that each sentence tells. A decision keeps codes and facts;
 * every reader gets the words of his own language (`inWords`). Facts are plain JSON.
 */
export interface Facts extends AskFacts, OrderFacts {
  /** A person's own words, or a name: the same in every language. */
  words: { readonly text: string };

  'last-years': { readonly name: string };
  'used-up': { readonly name: string };
  lasts: {
    readonly name: string;
    readonly p10: LocalDate | null;
    readonly p50: LocalDate;
    readonly p90: LocalDate | null;
    readonly today: LocalDate;
  };
  'use-shift': {
    readonly share: number;
    readonly up: boolean;
    readonly since: LocalDate;
    readonly today: LocalDate;
  };
  about: { readonly name: string };
  'nothing-unknown': Nothing;
  'on-its-way': Nothing;
  'nothing-needed': Nothing;
  'spare-at-hand': Nothing;
  'next-readings-decide': Nothing;
  ordered: { readonly on: LocalDate | null; readonly today: LocalDate; readonly risk: number };
  prepared: { readonly risk: number };
  'time-to-order': Nothing;
  'time-but': Nothing;

  'never-told': Nothing;
  'tells-no-more': Nothing;
  unconfirmed: { readonly from: number; readonly to: number };
  'only-past': Nothing;
  stale: { readonly hours: number };
  'one-reading': Nothing;
  /** `hours` ago; null: just now. */
  read: { readonly level: number; readonly hours: number | null };

  'away-open-end': { readonly from: LocalDate };
  'held-for-months': Nothing;
  'on-return': Arrival & { readonly from: LocalDate; readonly until: LocalDate };
  'before-leaving': Away & { readonly by: LocalDate };

  'no-offer': Nothing;
  offer: { readonly name: string; readonly price: Money };
  'no-halt': Nothing;
  halted: { readonly scope: string; readonly reason: string };
  'no-open-order': Nothing;
  'open-order': { readonly orderId: string; readonly status: string };
  'no-consent': Nothing;
  'consent-expired': Nothing;
  'consent-not-yet': Nothing;
  consent: Nothing;
  'no-limits': Nothing;
  'no-product': Nothing;
  'product-allowed': { readonly name: string };
  'product-substitute': { readonly name: string };
  'product-not-allowed': { readonly name: string };
  'merchant-allowed': Nothing;
  'merchant-not-allowed': { readonly name: string };
  'other-currency': { readonly price: string; readonly consent: string };
  'price-within': PriceLimit;
  'price-above': PriceLimit;
  'no-drift-limit': Nothing;
  'price-then-unknown': { readonly name: string };
  'drift-within': PriceDrift;
  'drift-above': PriceDrift;
  'no-notice-due': Nothing;
  'price-not-risen': Nothing;
  'told-in-time': Nothing;
  'price-notice': { readonly days: number };
  'below-minimum': { readonly minimum: number; readonly quantity: number };
  'quantity-within': { readonly quantity: number; readonly limit: number };
  'quantity-outside': { readonly quantity: number; readonly limit: number };
  'spend-within': SpendLimit;
  'spend-above': SpendLimit;
  'too-many-orders': { readonly orders: number; readonly limit: number };
  'too-soon': { readonly days: number };
  'not-too-many': Nothing;
  'no-address': Nothing;
  address: Nothing;
  'on-account': Nothing;
  'card-number': Nothing;
  'payment-reference': Nothing;
  'no-delivery-date': Nothing;
  'arrives-while-away': Arrival & Away;
  'placed-later': Nothing;
  'told-before': Nothing;
  told: Nothing;
  'not-told': Nothing;
  'cannot-be-told': Nothing;
  'may-still-cancel': Nothing;
  'not-skipped': Nothing;
  skipped: { readonly until: LocalDate };
  'arrives-at-home': Arrival;

  'level-not-known': Nothing;
  'years-to-correct': Nothing;
  'known-within': Width;
  'known-only-within': Width;

  'nothing-in-the-way': Nothing;
  'consent-withdrawn': Nothing;
  'new-one-in': Nothing;
  'asked-because': Nothing;
  'no-delivery-address': Nothing;
  'enough-counted': Nothing;
  'shipping-since-announced': { readonly announced: Money; readonly total: Money };
  'price-since-announced': { readonly announced: Money; readonly unitPrice: Money };
}

export type PhraseCode = keyof Facts;

/** One sentence: its code and its facts. */
export type Phrase = { readonly [C in PhraseCode]: readonly [C, Facts[C]] }[PhraseCode];

/** Sentences in the order in which they are told. */
export type Said = readonly Phrase[];

/** A language: how each sentence reads. */
export type Texts = { readonly [C in PhraseCode]: (facts: Facts[C]) => string };

/** Codes of sentences that tell no fact. */
type Plain = { [C in PhraseCode]: Nothing extends Facts[C] ? C : never }[PhraseCode];

export function say(code: Plain): Phrase;
export function say<C extends PhraseCode>(code: C, facts: Facts[C]): Phrase;
export function say(code: PhraseCode, facts: object = {}): Phrase {
  return [code, facts] as unknown as Phrase;
}

/** Whole hours below two days, else whole days in hours: rounded as people say it. */
export function roundHours(ms: Instant): number {
  const days = Math.round(ms / 86_400_000);
  return days >= 2 ? days * 24 : Math.max(Math.round(ms / 3_600_000), 1);
}
