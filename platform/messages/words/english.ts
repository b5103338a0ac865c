import type { DetailOf, OrderChange, OrderFacts } from '../../../contracts/messages/details.ts';
import { PAGES } from './pages.ts';
import type { Reader } from './reader.ts';
import { type Language, present, type Words } from './words.ts';

const goods = ({ quantity, product }: { quantity: number; product: string }): string =>
  quantity === 1 ? product : `${quantity} × ${product}`;

function arrival({ arrivesFrom, arrivesTo }: OrderFacts, { day, days }: Reader): string | null {
  if (arrivesFrom === null || arrivesTo === null) return null;
  return arrivesFrom === arrivesTo ? day(arrivesFrom) : days(arrivesFrom, arrivesTo);
}

/** "It runs out about 9 December 2026 (between …)." when nothing else says why. */
function because(
  order: Pick<OrderFacts, 'runOut' | 'consumable'> & { why: OrderFacts['why'] },
  reader: Reader,
): string {
  const why = reader.said(order.why);
  if (why !== null) return why;
  const { p10, p50, p90 } = order.runOut;
  if (p50 === null) return `${order.consumable} will be needed.`;
  const range = p10 === null || p90 === null ? '' : ` (between ${reader.date(p10)} and ${reader.date(p90)})`;
  return `${order.consumable} lasts until about ${reader.date(p50)}${range}.`;
}

const orderFactsOf = (order: OrderFacts, reader: Reader): Words['facts'] => {
  const { money } = reader;
  const fillings = order.fillings === order.quantity ? '' : ` (${order.fillings} fillings)`;
  return present([
    ['Product', `${goods(order)}${fillings}`],
    ['For', `${order.consumable}, ${order.device}`],
    ['Merchant', order.merchant],
    ['Unit price', order.quantity === 1 ? null : money(order.unitPriceMinor, order.currency)],
    ['Shipping', order.shippingMinor === 0 ? null : money(order.shippingMinor, order.currency)],
    ['Total', money(order.totalMinor, order.currency)],
    ['Arrives', arrival(order, reader)],
  ]);
};

function announcement(order: DetailOf<'announcement'>, reader: Reader): Words {
  const total = reader.money(order.totalMinor, order.currency);
  const until = order.cancelUntil === null ? null : reader.moment(order.cancelUntil);
  const placed = until === null ? 'soon' : `after ${until}`;
  return {
    subject: `${order.again ? 'Changed: we' : 'We'} order ${goods(order)} for ${order.device}: ${total}`,
    paragraphs: [
      ...(order.again ? ['Something changed since we last wrote; this is what counts now.'] : []),
      because(order, reader),
      `We place this order ${placed}, unless you cancel it. You need not do anything.`,
    ],
    facts: [...(orderFactsOf(order, reader) ?? []), ...present([['You can cancel until', until]])],
    brief: until === null ? `${goods(order)}, ${total}` : `${goods(order)}, ${total}. Cancel until ${until}.`,
  };
}

const ASKING: Readonly<Record<DetailOf<'proposal'>['because'], string>> = {
  prepared: 'We prepared an order for you. It is placed only if you approve it.',
  downgraded:
    'We would have ordered it by ourselves, but something stands in the way. It is placed only if you approve it.',
  'notice-failed':
    'We could not reach you to announce this order, so it was not placed. It is placed only if you approve it.',
  'not-seen':
    'As we cannot see it, we ask you instead of ordering by ourselves. It is placed only if you approve it.',
};

function proposal(order: DetailOf<'proposal'>, reader: Reader): Words {
  const { money } = reader;
  const total = money(order.totalMinor, order.currency);
  const others = order.alternatives.map((other): readonly [string, string] => [
    'Or',
    `${goods(other)} for ${money(other.totalMinor, other.currency)}${other.perUseMinor === null ? '' : ` (${perUse(other.perUseMinor, other.currency, reader)})`}`,
  ]);
  return {
    subject: `Shall we order ${goods(order)} for ${order.device}? ${total}`,
    paragraphs: [because(order, reader), ASKING[order.because]],
    facts: [
      ...(orderFactsOf(order, reader) ?? []),
      ...others,
      ...present([['Answer until', order.dueAt === null ? null : reader.moment(order.dueAt)]]),
    ],
    brief: `${goods(order)}, ${total}. Approve it?`,
  };
}

/** Uses cost fractions of a cent: told for a hundred of them. */
const perUse = (minor: number, currency: string, { money }: Reader): string =>
  `${money(Math.round(minor * 100), currency)} for 100 uses`;

const CHANGES: Readonly<Record<OrderChange, readonly [subject: string, text: string]>> = {
  accepted: ['Ordered', 'The merchant has accepted the order.'],
  shipped: ['On its way', 'The merchant has shipped it.'],
  delivered: [
    'Delivered',
    'It was delivered. If it did not arrive, or something is wrong with it, tell us in the portal.',
  ],
  cancelled: ['Cancelled', 'The order was cancelled. You pay nothing for it.'],
  declined: ['Not ordered', 'The order will not be placed.'],
  expired: [
    'Not ordered',
    'Nobody answered in time, so nothing was ordered. We ask again when it is needed.',
  ],
  rejected: [
    'Not ordered',
    'The merchant did not take the order. Nothing was bought, and we look for another way.',
  ],
  returned: ['Returned', 'The order went back to the merchant.'],
  lost: ['Lost', 'The parcel seems to be lost. We are looking into it with the merchant.'],
  late: ['Late', 'It is later than the merchant promised.'],
  moved: ['New dates', 'The order now comes at another time.'],
  refunded: ['Refunded', 'The merchant pays the money back.'],
};

function orderUpdate(order: DetailOf<'order-update'>, reader: Reader): Words {
  const [title, text] = CHANGES[order.change];
  const reason = reader.said(order.reason);
  const refund = order.refundMinor === null ? null : reader.money(order.refundMinor, order.currency);
  return {
    subject: `${title}: ${goods(order)} for ${order.device}`,
    paragraphs: [text, ...(reason === null || reason === '' ? [] : [reason])],
    facts: [
      ...(orderFactsOf(order, reader) ?? []),
      ...present([
        ['Refund', refund],
        [
          'Placed after',
          order.change === 'moved' && order.dueAt !== null ? reader.moment(order.dueAt) : null,
        ],
      ]),
    ],
    brief: `${goods(order)}. ${text}`,
  };
}

const STRATEGIES = {
  respond: 'only on demand',
  coach: 'reminders',
  curated: 'orders that you approve',
  automatic: 'automatic orders',
} as const;

const STOP = 'You can stop it, or change its limits, at any time on the page of your consents.';

function moveOffer({ product, moveOffered: { from, to } }: DetailOf<'move-offer'>, reader: Reader): Words {
  const away =
    to === null ? `from ${reader.day(from)} on` : `between ${reader.day(from)} and ${reader.day(to)}`;
  return {
    subject: `${product} may arrive while you are away`,
    paragraphs: [
      `You are away ${away}, and ${product} may arrive then.`,
      'If you like, we ask the merchant to take it back, and order it for your return. You can say so in the portal.',
    ],
  };
}

function calendarBroken({ name, reason }: DetailOf<'calendar-broken'>): Words {
  return {
    subject: `Your calendar “${name}” cannot be read`,
    paragraphs: [
      reason,
      'The dates known so far still count. Please check the address of the calendar in the portal.',
    ],
  };
}

function feeChange(detail: DetailOf<'fee-change-notice'>, { money }: Reader): Words {
  const { name, minor, before, currency, days } = detail;
  return {
    subject: `The price of ${name} rises to ${money(minor, currency)}`,
    paragraphs: [
      `${name} now costs ${money(minor, currency)} instead of ${money(before, currency)}.`,
      `We order it at that price in ${days} days at the earliest, and only within your limits.`,
      STOP,
    ],
    facts: [
      ['Before', money(before, currency)],
      ['From now on', money(minor, currency)],
    ],
  };
}

function acknowledgement(detail: DetailOf<'withdrawal-acknowledgement'>, { money, moment }: Reader): Words {
  return {
    subject: `Your withdrawal from the purchase of ${goods(detail)} has been received`,
    paragraphs: [
      `This confirms that ${detail.name} withdrew from the purchase of ${goods(detail)}, received on ${moment(detail.receivedAt)}.`,
      'The signed document that proves it is attached. Keep it.',
    ],
    facts: [
      ['Product', goods(detail)],
      ['Total', money(detail.totalMinor, detail.currency)],
      ['Received', moment(detail.receivedAt)],
      ['Order', detail.orderId],
    ],
  };
}

function pressed({ consumable, device, press }: DetailOf<'coach-reminder'>, reader: Reader): Words {
  const why = reader.said(press?.why ?? null) ?? '';
  return {
    subject: `The button of ${device}: nothing was ordered for ${consumable}`,
    paragraphs: [
      why,
      ...(press?.outcome === 'refused'
        ? ['In the portal you can order it yourself, or change what stands in the way.']
        : []),
      'However often it is pressed, we write once a day for the same reason.',
    ],
    brief: why,
  };
}

function coach(detail: DetailOf<'coach-reminder'>, reader: Reader): Words {
  if (detail.press !== null) return pressed(detail, reader);
  const tip = reader.said(detail.tip);
  const level = detail.level === null ? null : reader.percent(detail.level);
  return {
    subject: `${detail.consumable} of ${detail.device} is running low`,
    paragraphs: [
      because({ ...detail, why: null }, reader),
      ...(tip === null ? [] : [tip]),
      'It is a good time to order a new one. Nothing is ordered unless you do.',
    ],
    facts: present([['Left', level]]),
  };
}

function suggestion(detail: DetailOf<'strategy-suggestion'>, reader: Reader): Words {
  const why = reader.said(detail.why);
  return {
    subject: `A suggestion for ${detail.consumable} of ${detail.device}`,
    paragraphs: [
      `You chose ${STRATEGIES[detail.from]} for it; ${STRATEGIES[detail.to]} would fit better now.`,
      ...(why === null ? [] : [why]),
      'Nothing changes unless you choose it in the portal.',
    ],
  };
}

export const ENGLISH: Language = {
  kinds: {
    announcement,
    proposal,
    'order-update': orderUpdate,
    'move-offer': moveOffer,
    'calendar-broken': calendarBroken,
    'annual-reminder': () => ({
      subject: 'We order for you automatically: a yearly reminder',
      paragraphs: ['You agreed that we order for you automatically, within the limits that you set.', STOP],
    }),
    'fee-change-notice': feeChange,
    'withdrawal-acknowledgement': acknowledgement,
    'coach-reminder': coach,
    'strategy-suggestion': suggestion,
    'ops-alert': ({ code, text }) => ({ subject: `Neverout: ${code}`, paragraphs: [text] }),
  },
  actions: {
    approve: 'Order now',
    cancel: 'Cancel the order',
    delay: 'Order later',
    skip: 'Skip this time',
    have: 'I still have some',
    unsubscribe: 'No more mails of this kind',
  },
  feed: {
    name: 'Deliveries by Neverout',
    summary: (goods, device) => `${goods} arrives (${device})`,
    status: PAGES.en.state,
  },
  frame: {
    greeting: (name) => `Hello ${name},`,
    choices: 'You can:',
    choicesEnd: (until) =>
      `These links work without signing in, until ${until}. Each asks you before it does anything.`,
    footer: 'You get this mail because your devices are looked after by Neverout.',
    footerMandatory:
      'You get this mail because it announces a purchase or is owed to you by law; it cannot be turned off by itself.',
    unsubscribe: 'No more mails of this kind',
    portal: 'Open the portal',
    digestSubject: (count) =>
      count === 1 ? 'One piece of news from Neverout' : `${count} pieces of news from Neverout`,
    digestIntro: 'This is what happened since the last daily mail.',
  },
};
