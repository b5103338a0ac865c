import { formatMoney as money } from '../money.ts';
import type { AskTexts } from './ask.ts';

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
};
