import { formatMoney as money } from '../money.ts';
import { ASK_ENGLISH } from './ask-en.ts';
import { dayFrom } from './dates.ts';
import { englishDates as dates } from './dates-en.ts';
import { ORDER_ENGLISH } from './order-en.ts';
import type { Texts } from './phrase.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const finePercent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** "3 hours", "2 days". */
const span = (hours: number): string => {
  if (hours >= 48) return `${hours / 24} days`;
  return hours === 1 ? '1 hour' : `${hours} hours`;
};

const away = ({ from, to }: { from: string; to: string | null }): string =>
  to === null ? `from ${dates.day(from)} on` : dates.span(from, to);

export const ENGLISH: Texts = {
  ...ASK_ENGLISH,
  ...ORDER_ENGLISH,

  words: ({ text }) => text,

  'last-years': ({ name }) => `${name} will last for years.`,
  'used-up': ({ name }) => `${name}: probably used up.`,
  lasts: ({ name, p10, p50, p90, today }) => {
    const say = (date: string): string => dayFrom(dates, date, today);
    const interval =
      p10 !== null && p90 !== null && p10 !== p90 ? ` (between ${say(p10)} and ${say(p90)})` : '';
    return `${name} will last until about ${say(p50)}${interval}.`;
  },
  'use-shift': ({ share, up, since, today }) =>
    `Use is ${up ? 'up' : 'down'} ${percent(share)} since ${dayFrom(dates, since, today)}.`,
  about: ({ name }) => `${name}:`,
  'nothing-unknown': () => 'Nothing is ordered without knowing.',
  'on-its-way': () => 'An order is on its way.',
  'nothing-needed': () => 'Nothing needs to be ordered now.',
  'spare-at-hand': () => 'A spare should be at hand.',
  'next-readings-decide': () => 'The next readings decide whether to order.',
  ordered: ({ on, today, risk }) =>
    `It is ordered${on === null ? '' : ` on ${dayFrom(dates, on, today)}`}: waiting longer would risk running out before delivery (${percent(risk)} today).`,
  prepared: ({ risk }) =>
    `We prepared an order for you to approve: waiting longer would risk running out before delivery (${percent(risk)} today).`,
  'time-to-order': () => 'It is time to order a new one.',
  'time-but': () => 'It is time to order, but:',

  'never-told': () => 'The device has not said how much is left.',
  'tells-no-more': () => 'The device no longer says how much is left.',
  unconfirmed: ({ from, to }) =>
    `The level went from ${percent(from)} to ${percent(to)} at once; that is not confirmed yet.`,
  'only-past': () => 'There are only readings from the past.',
  stale: ({ hours }) => `The last reading is ${span(hours)} old.`,
  'one-reading': () => 'There is only one reading so far.',
  read: ({ level, hours }) => `Read ${percent(level)} ${hours === null ? 'just now' : `${span(hours)} ago`}.`,

  'away-open-end': ({ from }) =>
    `You are away from ${dates.day(from)} with no return date; nothing is delivered until the hold ends.`,
  'held-for-months': () => 'The calendar holds every date for months; nothing can be delivered.',
  'on-return': ({ from, until, first, last }) => {
    const sameMonth = first.slice(0, 7) === until.slice(0, 7) && last.slice(0, 7) === until.slice(0, 7);
    const when =
      first !== last && sameMonth
        ? `between ${dates.after(first, until)} and ${dates.after(last, until)}`
        : `on ${first === last ? dates.after(first, until) : dates.span(first, last)}`;
    return `You are away ${dates.span(from, until)}; we'll have it there ${when}.`;
  },
  'before-leaving': ({ from, to, by }) =>
    `You are away ${away({ from, to })}; we'll have it there before, by ${dates.after(by, from)}.`,

  'no-offer': () => 'No merchant offers a product for this consumable.',
  offer: ({ name, price }) => `${name} at ${money(price)}.`,
  'no-halt': () => 'Nothing is halted.',
  halted: ({ scope, reason }) => `Orders are halted (${scope}): ${reason}`,
  'no-open-order': () => 'No other order is open.',
  'open-order': ({ orderId, status }) => `Order ${orderId} is already ${status}.`,
  'no-consent': () => 'There is no consent to order this automatically.',
  'consent-expired': () => 'The consent to order automatically has expired.',
  'consent-not-yet': () => 'The consent to order automatically is not valid yet.',
  consent: () => 'A consent to order automatically is in force.',
  'no-limits': () => 'Without a consent there are no limits to check.',
  'no-product': () => 'Without a product there is nothing to check.',
  'product-allowed': ({ name }) => `${name} is allowed by the consent.`,
  'product-substitute': ({ name }) => `${name} is allowed by the consent as a substitute.`,
  'product-not-allowed': ({ name }) => `${name} is not among the products that the consent allows.`,
  'merchant-allowed': () => 'The consent allows this merchant.',
  'merchant-not-allowed': ({ name }) => `The merchant of ${name} is not one that the consent allows.`,
  'other-currency': ({ price, consent }) => `The price is in ${price}, the consent in ${consent}.`,
  'price-within': ({ price, limit }) => `${money(price)} is within the limit of ${money(limit)}.`,
  'price-above': ({ price, limit }) => `${money(price)} is above the limit of ${money(limit)}.`,
  'no-drift-limit': () => 'The consent sets no limit on price rises.',
  'price-then-unknown': ({ name }) => `The price of ${name} when the consent was given is not known.`,
  'drift-within': ({ price, drift, agreed }) =>
    `${money(price)} is within ${finePercent(drift)} of ${money(agreed)} when you agreed.`,
  'drift-above': ({ price, drift, agreed }) =>
    `${money(price)} is more than ${finePercent(drift)} above ${money(agreed)} when you agreed.`,
  'no-notice-due': () => 'No notice of price changes is due.',
  'price-not-risen': () => 'The price has not risen since you agreed.',
  'told-in-time': () => 'You were told of the new price in time.',
  'price-notice': ({ days }) => `The price rose, and you are told ${days} days before it is charged.`,
  'below-minimum': ({ minimum, quantity }) => `The merchant sells at least ${minimum}, not ${quantity}.`,
  'quantity-within': ({ quantity, limit }) => `${quantity} of at most ${limit} an order.`,
  'quantity-outside': ({ quantity, limit }) =>
    `${quantity} is not between 1 and the limit of ${limit} an order.`,
  'spend-within': ({ after, limit }) => `${money(after)} of ${money(limit)} this month.`,
  'spend-above': ({ after, limit }) =>
    `It would bring this month to ${money(after)}, above the limit of ${money(limit)}.`,
  'too-many-orders': ({ orders, limit }) =>
    `There were already ${orders} orders this month; the limit is ${limit}.`,
  'too-soon': ({ days }) => `The last order is less than ${days} days ago.`,
  'not-too-many': () => 'Not too many orders.',
  'no-address': () => 'The consent names no address to deliver to.',
  address: () => 'It goes to the address of the consent.',
  'on-account': () => 'It is paid on account with the merchant.',
  'card-number': () => 'The payment reference looks like a card number, which is never passed on.',
  'payment-reference': () => 'It is paid with the payment reference of the consent.',
  'no-delivery-date': () => 'Without a product there is no delivery date to check.',
  'arrives-while-away': ({ first, last, from, to }) =>
    `It could arrive ${dates.span(first, last)}, while you are away ${away({ from, to })}.`,
  'placed-later': () => 'It is placed later, so that it arrives when you are back.',
  'told-before': () => 'You are told before it is placed.',
  told: () => 'You were told, and had the time to cancel.',
  'not-told': () => 'The announcement has not reached you yet, and nothing is ordered without it.',
  'cannot-be-told': () =>
    'The announcement could not be delivered to you, and nothing is ordered without it.',
  'may-still-cancel': () => 'You were told, and can still cancel it.',
  'not-skipped': () => 'You did not skip it.',
  skipped: ({ until }) => `You skipped it until ${dates.day(until)}.`,
  'arrives-at-home': ({ first, last }) => `It arrives between ${first} and ${last}; you are not away then.`,

  'level-not-known': () => 'The level is not known well enough to order by itself.',
  'years-to-correct': () => 'It will last for years; there is time to correct any mistake.',
  'known-within': ({ days, leadDays }) =>
    `Run-out is known to within ${days} days; a delivery takes about ${leadDays}.`,
  'known-only-within': ({ days, leadDays }) =>
    `Run-out is known only to within ${days} days, while a delivery takes about ${leadDays}.`,

  'nothing-in-the-way': () => 'Nothing stands in the way: it is ordered now.',
  'consent-withdrawn': () => 'The consent that it rests on was withdrawn.',
  'enough-counted': () => 'No longer needed: you counted enough spares.',
  'new-one-in': () => 'No longer needed: a new one was put in.',
  'asked-because': () => 'You are asked because:',
  'no-delivery-address': () =>
    'Nobody has said where to deliver it: enter an address, then approve the order again.',
  'shipping-since-announced': ({ announced, total }) =>
    `It was announced for ${money(announced)}; now that it has to pay for the shipping, it costs ${money(total)}.`,
  'price-since-announced': ({ announced, unitPrice }) =>
    `It was announced for ${money(announced)}, and costs ${money(unitPrice)} each by now.`,
};
