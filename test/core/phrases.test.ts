import { describe, expect, test } from 'vitest';
import { formatMoney, formatMoneyInGerman } from '../../core/money.ts';
import { GERMAN } from '../../core/phrases/de.ts';
import { ENGLISH } from '../../core/phrases/en.ts';
import { inWords, languageOf } from '../../core/phrases/in-words.ts';
import { type Facts, type Phrase, type PhraseCode, roundHours, say } from '../../core/phrases/phrase.ts';
import { slotName } from '../../core/phrases/slot-names.ts';
import { HOUR_MS } from '../../core/types.ts';

const EUR = (minor: number) => ({ minor, currency: 'EUR' });
const [today, from, to] = ['2026-06-20', '2026-07-03', '2026-07-17'];

/** One set of facts a code; the compiler asks for those of a new code. */
const EXAMPLES: { readonly [C in PhraseCode]: Facts[C] } = {
  words: { text: 'a recall' },
  'last-years': { name: 'Black toner' },
  'used-up': { name: 'Black toner' },
  lasts: { name: 'Black toner', p10: '2026-11-20', p50: '2026-12-09', p90: '2027-01-02', today },
  'use-shift': { share: 0.3, up: true, since: '2026-06-04', today },
  about: { name: 'Black toner' },
  'nothing-unknown': {},
  'on-its-way': {},
  'nothing-needed': {},
  'spare-at-hand': {},
  'next-readings-decide': {},
  ordered: { on: '2026-06-23', today, risk: 0.034 },
  prepared: { risk: 0.05 },
  'time-to-order': {},
  'time-but': {},
  'never-told': {},
  'tells-no-more': {},
  unconfirmed: { from: 0.4, to: 0.02 },
  'only-past': {},
  stale: { hours: 72 },
  'one-reading': {},
  read: { level: 0.08, hours: 1 },
  'away-open-end': { from },
  'held-for-months': {},
  'on-return': { from, until: to, first: '2026-07-18', last: '2026-07-18' },
  'before-leaving': { from, to, by: '2026-07-02' },
  'no-offer': {},
  offer: { name: 'Toner 12A', price: EUR(5990) },
  'no-halt': {},
  halted: { scope: 'product', reason: 'a recall' },
  'no-open-order': {},
  'open-order': { orderId: 'o-1', status: 'accepted' },
  'no-consent': {},
  'consent-expired': {},
  'consent-not-yet': {},
  consent: {},
  'no-limits': {},
  'no-product': {},
  'product-allowed': { name: 'Toner 12A' },
  'product-substitute': { name: 'Toner 12A' },
  'product-not-allowed': { name: 'Toner 12A' },
  'merchant-allowed': {},
  'merchant-not-allowed': { name: 'Toner 12A' },
  'other-currency': { price: 'USD', consent: 'EUR' },
  'price-within': { price: EUR(5990), limit: EUR(6500) },
  'price-above': { price: EUR(5990), limit: EUR(5000) },
  'no-drift-limit': {},
  'price-then-unknown': { name: 'Toner 12A' },
  'drift-within': { price: EUR(5990), drift: 0.125, agreed: EUR(5900) },
  'drift-above': { price: EUR(7990), drift: 0.125, agreed: EUR(5900) },
  'no-notice-due': {},
  'price-not-risen': {},
  'told-in-time': {},
  'price-notice': { days: 14 },
  'below-minimum': { minimum: 6, quantity: 1 },
  'quantity-within': { quantity: 1, limit: 2 },
  'quantity-outside': { quantity: 3, limit: 2 },
  'spend-within': { after: EUR(4000), limit: EUR(9000) },
  'spend-above': { after: EUR(12000), limit: EUR(9000) },
  'too-many-orders': { orders: 4, limit: 4 },
  'too-soon': { days: 5 },
  'not-too-many': {},
  'no-address': {},
  address: {},
  'on-account': {},
  'card-number': {},
  'payment-reference': {},
  'no-delivery-date': {},
  'arrives-while-away': { first: '2026-07-06', last: '2026-07-08', from, to },
  'placed-later': {},
  'told-before': {},
  told: {},
  'not-told': {},
  'cannot-be-told': {},
  'may-still-cancel': {},
  'not-skipped': {},
  skipped: { until: '2026-07-01' },
  'enough-counted': {},
  'arrives-at-home': { first: '2026-06-25', last: '2026-06-26' },
  'level-not-known': {},
  'years-to-correct': {},
  'known-within': { days: 9, leadDays: 4 },
  'known-only-within': { days: 60, leadDays: 4 },
  'no-review': {},
  'review-pending': {},
  'review-paused': {},
  'review-first-order': { before: 0 },
  'review-high-price': { total: EUR(40_000), from: EUR(30_000) },
  'review-price-rise': { price: EUR(7990), usual: EUR(5990), share: 0.33 },
  'review-quantity-above': { quantity: 12, limit: 6 },
  'review-quantity-odd': { quantity: 5, usual: 1 },
  'review-use-rise': { share: 1.2 },
  'review-refused': { count: 40 },
  'review-new-model': { before: 2 },
  'rung-respond': {},
  'rung-coach': {},
  'rung-curated': {},
  'rung-automatic': {},
  'rung-learning': {},
  'rung-dear': {},
  'rung-not-announced': { place: 'California' },
  'autonomy-limited': {},
  'autonomy-back': { since: '2026-06-18', today },
  'suggest-predictable': { days: 60 },
  'suggest-cancelled': { count: 3 },
  press: {},
  'press-ordered': {},
  'press-repeated': {},
  'press-proposal': {},
  'press-refused': {},
  'press-which': {},
  'press-unowned': {},
  'press-late': { hours: 30 },
  'you-ordered': {},
  'level-not-told': { name: 'Black toner', since: '2026-06-03', today },
  'level-not-heard': { name: 'Black toner', since: null, today },
  'lasts-usually': { p10: '2026-06-25', p50: '2026-07-12', p90: '2026-08-02', today },
  'shall-order': { quantity: 1 },
  'waits-for-answer': {},
  'level-known': {},
  tip: { tip: 'toner-cool' },
  'nothing-in-the-way': {},
  'consent-withdrawn': {},
  'new-one-in': {},
  'asked-because': {},
  'order-unanswered': {},
  'order-unchecked': { detail: 'no lead time' },
  'order-halted': { reason: 'a recall.' },
  'order-approved-early': {},
  'order-delayed': { days: 3 },
  'order-skipped': {},
  'order-cancelled': {},
  'order-approved': {},
  'order-declined': {},
  'order-arrived-said': {},
  'order-never-came-said': {},
  'order-not-needed': {},
  'order-strategy-changed': {},
  'order-consent-withdrawn': {},
  'order-device-given-away': {},
  'order-customer-erased': {},
  'order-withdrawn-before': {},
  'order-withdrawn': {},
  'order-wished-later': {},
  'order-arrived-seen': {},
  'order-installed-seen': {},
  'order-merchant-has': { reference: 'M-1', status: 'shipped' },
  'order-merchant-asked': { reference: 'M-1', status: 'lost' },
  'order-merchant-refused': { code: 'payment', detail: 'the card was declined.' },
  'order-merchant-never-had': {},
  'order-merchant-silent': { detail: 'time-out' },
  'order-taken-back-consent': {},
  'order-taken-back-withdrawn': {},
  'order-taken-back-not-needed': {},
  'order-taken-back-move': {},
  'order-not-taken-back': {},
  'order-lost': {},
  'order-late': {},
  'order-presumed-lost': {},
  'order-not-installed': {},
  'order-merchant-mute': {},
  'issue-unknown-sku': { sku: 'BK-100' },
  'issue-never-had': {},
  'issue-in-person': {},
  'issue-unsettled': {},
  'order-merchant-forgot': {},
  'order-bought-anyway': { reference: 'P-1' },
  'order-anyway-cancelled': {},
  'order-anyway-shipped': {},
  'order-paid-back': {},
  'order-left-unseen': {},
  'order-needs-address': { detail: '' },
  'order-needs-payment': { detail: '' },
  'order-needs-confirmation': { detail: '' },
  'order-needs-any-address': {},
  'no-delivery-address': {},
  'shipping-since-announced': { announced: EUR(5990), total: EUR(6380) },
  'price-since-announced': { announced: EUR(5990), unitPrice: EUR(6490) },
};

const phrases = Object.entries(EXAMPLES) as unknown as readonly Phrase[];
/** The same in both languages by intent. */
const OWN_WORDS: readonly PhraseCode[] = ['words', 'about'];

describe('what core says', () => {
  test.each(phrases.map((phrase) => [phrase[0], phrase] as const))(
    '%s: a whole sentence in each language, from JSON too',
    (code, phrase) => {
      const stored = JSON.parse(JSON.stringify(phrase)) as Phrase;
      const [english, german] = [inWords([stored], 'en'), inWords([stored], 'de')];
      for (const text of [english, german]) expect(text).not.toMatch(/undefined|null|NaN|\[object/);
      if (OWN_WORDS.includes(code)) return;
      expect(german).not.toBe(english);
      expect(english).toMatch(/^\S.*[.:?]$|recall$|lead time$/);
      expect(german).toMatch(/^\S.*[.:?]$|recall$|lead time$/);
    },
  );

  test('each language has every sentence', () => {
    expect(Object.keys(GERMAN).toSorted()).toEqual(Object.keys(ENGLISH).toSorted());
  });

  test('German speaks of dates, money and spans as German does', () => {
    const german = (phrase: Phrase) => inWords([phrase], 'de');
    expect(german(['lasts', EXAMPLES.lasts])).toBe(
      'Toner Schwarz reicht etwa bis 9. Dezember (zwischen 20. November und 2. Januar 2027).',
    );
    expect(german(['on-return', EXAMPLES['on-return']])).toBe(
      'Sie sind vom 3.–17. Juli verreist; es kommt am 18. Juli.',
    );
    expect(german(['drift-above', EXAMPLES['drift-above']])).toBe(
      '79,90\u00a0€ liegt mehr als 12,5 % über 59,00\u00a0€ bei Ihrer Einwilligung.',
    );
    expect(german(['read', EXAMPLES.read])).toBe('8 %, gemessen vor einer Stunde.');
  });

  test.each([
    [121_290, 'EUR', '€1,212.90', '1.212,90\u00a0€'],
    [1290, 'USD', '$12.90', '12,90\u00a0$'],
    [1290, 'AUD', 'A$12.90', '12,90\u00a0AU$'],
    [1290, 'CHF', 'CHF\u00a012.90', '12,90\u00a0CHF'],
    [500, 'JPY', '¥500', '500\u00a0¥'],
    [1500, 'KWD', 'KWD\u00a01.500', '1,500\u00a0KWD'],
  ])('money is written as people write it: %i of %s is %s and %s', (minor, currency, english, german) => {
    const money = { minor, currency };
    expect([formatMoney(money), formatMoneyInGerman(money)]).toEqual([english, german]);
  });

  test.each([
    ['Black toner', 'Toner Schwarz'],
    ['CYAN INK', 'Tinte Cyan'],
    ['Photo black ink cartridge', 'Tintenpatrone Fotoschwarz'],
    ['Drum unit', 'Trommeleinheit'],
    [' Waste toner box ', 'Resttonerbehälter'],
    ['Paper', 'Papier'],
    // What operators made up is theirs.
    ['Black toner for the lobby', 'Black toner for the lobby'],
    ['Kaffeebohnen', 'Kaffeebohnen'],
  ])('a slot called %s is %s to German readers, and the same to English ones', (name, german) => {
    expect([slotName(name, 'de'), slotName(name, 'en')]).toEqual([german, name]);
  });

  test('several sentences are told in their order', () => {
    expect(inWords([say('time-but'), say('no-consent')])).toBe(
      'It is time to order, but: There is no consent to order this automatically.',
    );
  });

  test('a sentence of a newer version is told by its code', () => {
    expect(inWords([['from-the-future', {}] as unknown as Phrase], 'de')).toBe('from-the-future');
  });

  test('a language tag is understood by its language; unknown ones are English', () => {
    expect(['de', 'de-AT', 'DE_ch', 'en-GB', 'fr', ''].map(languageOf)).toEqual([
      'de',
      'de',
      'de',
      'en',
      'en',
      'en',
    ]);
  });

  test('spans are rounded as people say them', () => {
    expect([0.2, 1.4, 24, 35, 47, 49, 71].map((hours) => roundHours(hours * HOUR_MS))).toEqual([
      1, 1, 24, 35, 48, 48, 72,
    ]);
  });
});
