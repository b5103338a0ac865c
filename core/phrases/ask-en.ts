import { formatMoney as money } from '../money.ts';
import { TIPS } from '../tips.ts';
import type { AskTexts } from './ask.ts';
import { dayFrom } from './dates.ts';
import { englishDates as dates } from './dates-en.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

export const ASK_ENGLISH: AskTexts = {
  'no-review': () => 'Nothing about it waits for our staff.',
  'review-pending': () => 'Our staff look at it before it is ordered.',
  'review-paused': () => 'Our staff declined the last order; the next one is thought over later.',
  'review-first-order': ({ before }) =>
    before === 0
      ? 'It is the first automatic order of this customer.'
      : `This customer has had only ${before === 1 ? 'one automatic order' : `${before} automatic orders`} before.`,
  'review-high-price': ({ total, from }) =>
    `It costs ${money(total)}; from ${money(from)} on somebody takes a look.`,
  'review-price-rise': ({ price, usual, share }) =>
    `${money(price)} each is ${percent(share)} above the usual ${money(usual)}.`,
  'review-quantity-above': ({ quantity, limit }) => `${quantity} at once are more than ${limit}.`,
  'review-quantity-odd': ({ quantity, usual }) => `${quantity} are ordered at once, usually ${usual}.`,
  'review-use-rise': ({ share }) => `Lately ${percent(share)} more is used than over a long time before.`,
  'review-refused': ({ count }) => `${count} messages of the device were refused within a week.`,
  'review-new-model': ({ before }) =>
    before === 0
      ? 'Nothing was ever ordered for a device of this model.'
      : `Only ${before === 1 ? 'one order was' : `${before} orders were`} made for devices of this model so far.`,

  'rung-respond': () => 'You order with one tap or the button of the device, and nothing happens by itself.',
  'rung-coach': () => 'You are reminded when it is time, with advice, and order yourself.',
  'rung-curated': () => 'The right order is prepared, and you approve it with one tap.',
  'rung-automatic': () => 'Orders are announced to you and then placed, within the limits of your consent.',
  'rung-learning': () => 'How well its use can be predicted is still being learned.',
  'rung-dear': () => 'A wrong order would cost far more than running out.',
  'rung-not-announced': ({ place }) =>
    `Every automatic order has to be announced first (${place}), and the last announcement did not reach you.`,
  'autonomy-limited': () => 'For now you are asked instead of it being ordered by itself:',
  'autonomy-back': ({ since, today }) =>
    `Since ${dayFrom(dates, since, today)} it is ordered by itself again.`,
  'suggest-predictable': ({ days }) => `Its use has been predictable for ${days} days.`,
  'suggest-cancelled': ({ count }) => `You cancelled the last ${count} orders.`,
  press: () => 'The button of the device was pressed.',
  'press-ordered': () => 'The button of the device was pressed: it is ordered now.',
  'press-repeated': () => 'It is ordered already: pressing again orders nothing more.',
  'press-proposal': () => 'A proposal for it waits for your approval already.',
  'press-refused': () => 'The button was pressed, but nothing is ordered:',
  'press-which': () => 'The device has several consumables, and the press did not say for which one.',
  'press-unowned': () => 'Nobody has claimed the device yet, so a press orders nothing.',
  'press-late': ({ hours }) => `The press arrived ${hours} hours late, too late to be an order.`,
  'you-ordered': () => 'You ordered it.',
  'level-not-told': ({ name, since, today }) =>
    since === null
      ? `${name}: the device does not say how much is left.`
      : `${name}: since ${dayFrom(dates, since, today)} the device has not said how much is left.`,
  'level-not-heard': ({ name, since, today }) =>
    since === null
      ? `${name}: there are only readings from the past, so we do not see how much is left.`
      : `${name}: no reading has come since ${dayFrom(dates, since, today)}, so we do not see how much is left.`,
  'lasts-usually': ({ p10, p50, p90, today }) => {
    const say = (date: string): string => dayFrom(dates, date, today);
    const interval =
      p10 !== null && p90 !== null && p10 !== p90 ? ` (between ${say(p10)} and ${say(p90)})` : '';
    return `By what is usual it lasts until about ${say(p50)}${interval}.`;
  },
  'shall-order': ({ quantity }) =>
    quantity === 1
      ? 'Shall we order one now, so that it is there in time?'
      : `Shall we order ${quantity} now, so that they are there in time?`,
  'waits-for-answer': () => 'We asked you whether to order, and wait for your answer.',
  'level-known': () => 'No answer is needed any more: the device says again how much is left.',
  tip: ({ tip }) => TIPS[tip].en,
};
