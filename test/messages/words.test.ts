import { describe, expect, test } from 'vitest';
import {
  DETAILS,
  MESSAGE_KINDS,
  type MessageKind,
  type NewDetailOf,
  ORDER_CHANGES,
} from '../../contracts/messages/details.ts';
import { say } from '../../core/phrases/phrase.ts';
import { toHtml, toText } from '../../platform/messages/mail-layout.ts';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { speak } from '../../platform/messages/words/speak.ts';

const ID = '0197f0c2-6d1e-7000-8000-000000000003';
const when = '2026-12-09T17:30:00.000Z';
const runOut = { p10: '2026-12-05T08:00:00Z', p50: when, p90: '2026-12-20T08:00:00Z' };
const why = [say('lasts', { name: 'Toner', p10: null, p50: '2026-12-09', p90: null, today: '2026-11-22' })];
const order = {
  orderId: ID,
  consumable: 'Toner',
  device: 'Drucker',
  product: 'TN-2420',
  merchant: 'Shop',
  quantity: 2,
  fillings: 4,
  unitPriceMinor: 123_456,
  shippingMinor: 495,
  totalMinor: 247_407,
  currency: 'EUR',
  arrivesFrom: '2026-12-10',
  arrivesTo: '2026-12-11',
  cancelUntil: when,
  dueAt: when,
  runOut,
  why: JSON.parse(JSON.stringify(why)),
};
const consumable = { consumableId: ID, consumable: 'Toner', device: 'Drucker' };

/** One of each kind: the compiler asks for a new one. */
const EXAMPLES: { readonly [Kind in MessageKind]: NewDetailOf<Kind> } = {
  announcement: { ...order, again: true },
  proposal: {
    ...order,
    because: 'downgraded',
    alternatives: [{ product: 'TN-2410', quantity: 1, totalMinor: 9900, currency: 'EUR', perUseMinor: 1.37 }],
  },
  'order-update': { ...order, change: 'shipped', by: 'merchant', reason: null, refundMinor: 500 },
  'move-offer': { orderId: ID, product: 'TN-2420', moveOffered: { from: '2026-12-20', to: '2027-01-04' } },
  'calendar-broken': { feedId: ID, name: 'Familie', reason: 'The server answers 500.' },
  'annual-reminder': { dutyId: ID },
  'fee-change-notice': {
    ...{ dutyId: ID, productId: ID, name: 'TN-2420' },
    ...{ minor: 6000, before: 5000, currency: 'EUR', days: 7 },
  },
  'withdrawal-acknowledgement': {
    ...{ orderId: ID, to: 'a@example.org', name: 'Ada', product: 'TN-2420', quantity: 1 },
    ...{ totalMinor: 5000, currency: 'EUR', receivedAt: when, acknowledgement: { jws: 'x' } },
  },
  'coach-reminder': { ...consumable, level: 0.08, runOut, tip: null },
  'strategy-suggestion': { ...consumable, from: 'curated', to: 'automatic', why: null },
  'ops-alert': { code: 'breaker-tripped', text: 'Orders of a model rise.' },
};

const english = readerOf({ language: 'en', timeZone: 'Europe/Berlin' });
const german = readerOf({ language: 'de-DE', timeZone: 'Europe/Berlin' });

describe.each(MESSAGE_KINDS)('%s', (kind) => {
  test.each([english, german])('is said in $language, whole and with no gap', (reader) => {
    const { subject, paragraphs, facts = [] } = speak(kind, EXAMPLES[kind], reader);
    const all = [subject, ...paragraphs, ...facts.flat()].join('\n');
    expect(subject.length).toBeGreaterThan(5);
    expect(paragraphs.length).toBeGreaterThan(0);
    expect(all).not.toMatch(/undefined|null|NaN|Invalid|\{\w*\}|\[object/);
    expect(all.split('\n').every((line) => line.trim() !== '')).toBe(true);
  });

  test('is not the same in both', () => {
    if (kind === 'ops-alert') return;
    expect(speak(kind, EXAMPLES[kind], german).subject).not.toBe(
      speak(kind, EXAMPLES[kind], english).subject,
    );
  });

  test('keeps its facts through the database', () => {
    expect(DETAILS[kind].safeParse(JSON.parse(JSON.stringify(EXAMPLES[kind]))).success).toBe(true);
  });
});

test.each(ORDER_CHANGES)('an order that is %s is told in both languages', (change) => {
  const detail = { ...EXAMPLES['order-update'], change };
  const [one, other] = [english, german].map((reader) => speak('order-update', detail, reader));
  expect(one?.subject).not.toBe(other?.subject);
  expect(one?.paragraphs[0]).not.toBe(other?.paragraphs[0]);
});

test.each(['refused', 'repeated'] as const)('a press that is %s is told in both languages', (outcome) => {
  const press = { outcome, why: [say('press-refused'), say('no-consent')] };
  const detail = { ...EXAMPLES['coach-reminder'], press };
  const [one, other] = [english, german].map((reader) => speak('coach-reminder', detail, reader));
  expect(one?.subject).toBe('The button of Drucker: nothing was ordered for Toner');
  expect(other?.subject).toBe('Taste von Drucker: Für Toner wurde nichts bestellt');
  expect(one?.paragraphs[0]).not.toBe(other?.paragraphs[0]);
  expect(one?.paragraphs).toHaveLength(outcome === 'refused' ? 3 : 2);
});

test('what the trade calls a slot in English has its German name in German mails', () => {
  const detail = { ...EXAMPLES['strategy-suggestion'], consumable: 'Black toner' };
  const subjects = [english, german].map((reader) => speak('strategy-suggestion', detail, reader).subject);
  expect(subjects).toEqual([
    'A suggestion for Black toner of Drucker',
    'Ein Vorschlag für Toner Schwarz von Drucker',
  ]);
});

test('money, dates and times are as the reader writes them, in the customer’s zone', () => {
  const textOf = (language: string, timeZone: string, jurisdiction: string) => {
    const { paragraphs, facts = [] } = speak(
      'announcement',
      EXAMPLES.announcement,
      readerOf({ language, timeZone, jurisdiction }),
    );
    return [...paragraphs, ...facts.flat()].join('\n');
  };
  const de = textOf('de', 'Europe/Berlin', 'DE');
  expect(de).toContain('2.474,07\u00a0€');
  expect(de).toContain('Mittwoch, 9. Dezember 2026 um 18:30 MEZ');
  expect(de).toContain('Toner reicht etwa bis 9. Dezember.');
  const us = textOf('en', 'America/New_York', 'US-CA');
  expect(us).toContain('€2,474.07');
  expect(us).toContain('Wednesday, December 9, 2026 at 12:30 PM EST');
  const uk = textOf('en', 'Europe/London', 'GB');
  expect(uk).toContain('Wednesday, 9 December 2026 at 17:30 GMT');
  expect(textOf('en', 'Asia/Tokyo', 'JP')).toContain('10 December 2026 at 02:30 GMT+9');
});

test('what people call their things cannot break out of a line or into HTML', () => {
  const detail = { ...EXAMPLES.announcement, device: '<b>x</b>\nTo: evil@example.org\n\n<script>' };
  const words = speak('announcement', detail, english);
  const content = {
    language: 'en',
    greeting: 'Hello "<i>",',
    sections: [{ title: null, words, choices: null }],
    footer: ['So.'],
    footerLinks: [{ label: 'Portal', url: 'https://x.example/?a=1&b="' }],
  };
  expect(toHtml(content)).not.toMatch(/<script>|<b>x|<i>/);
  expect(toHtml(content)).toContain('href="https://x.example/?a=1&amp;b=&quot;"');
  expect(toText(content)).not.toMatch(/^To: evil/m);
});

test('a message from before there were facts is still its text', () => {
  expect(speak('move-offer', { text: 'You are away.' }, english).paragraphs).toEqual(['You are away.']);
});
