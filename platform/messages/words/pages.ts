import type { OrderStatus } from '../../../core/types.ts';
import type { Action } from '../links.ts';

/** An act on an order by a link. */
export type OrderAction = Exclude<Action, 'unsubscribe'>;

/** What the small pages behind links say, in one language. */
export interface PageWords {
  readonly title: Readonly<Record<Action, string>>;
  /** What pressing the button does. */
  readonly effect: Readonly<Record<Action, string>>;
  readonly button: Readonly<Record<Action, string>>;
  readonly done: Readonly<Record<Action, string>>;
  readonly doneTitle: string;
  /** Where the order stands, for whoever comes too late or twice. */
  readonly state: Readonly<Record<OrderStatus, string>>;
  readonly tooLate: string;
  readonly expired: string;
  readonly used: string;
  readonly invalidTitle: string;
  readonly invalid: string;
  readonly badNumber: string;
  readonly days: string;
  readonly daysChoice: (days: number) => string;
  readonly spares: string;
  readonly facts: Readonly<
    Record<'product' | 'device' | 'total' | 'arrives' | 'cancelUntil' | 'answerUntil', string>
  >;
}

const ENGLISH: PageWords = {
  title: {
    approve: 'Order now?',
    cancel: 'Cancel this order?',
    delay: 'Order later?',
    skip: 'Skip this time?',
    have: 'How many do you still have?',
    unsubscribe: 'No more mails of this kind?',
  },
  effect: {
    approve: 'The order is placed at once. It can then no longer be cancelled here.',
    cancel: 'Nothing is ordered and you pay nothing. We think about it again in a few days.',
    delay: 'The order is placed, and arrives, so many days later. Until then you can still cancel it.',
    skip: 'Nothing is ordered now. We come back when what is in the device is expected to be used up.',
    have: 'If that is enough, the order is cancelled. If not, it stays as it is.',
    unsubscribe: 'You get no more mails of this kind. You still find these messages in the portal.',
  },
  button: {
    approve: 'Order now',
    cancel: 'Cancel the order',
    delay: 'Order later',
    skip: 'Skip this time',
    have: 'Tell us',
    unsubscribe: 'No more mails',
  },
  done: {
    approve: 'Thank you. The order is being placed.',
    cancel: 'The order is cancelled. You pay nothing for it.',
    delay: 'The order is moved to the dates below.',
    skip: 'The order is skipped this time.',
    have: 'Thank you. We think it over with that number; if the order is no longer needed, we cancel it and tell you.',
    unsubscribe: 'You get no more mails of this kind.',
  },
  doneTitle: 'Done',
  state: {
    proposed: 'The order waits for your answer.',
    announced: 'The order is announced and will be placed at the end of the time to cancel.',
    placing: 'The order is being placed with the merchant right now.',
    accepted: 'The merchant has accepted the order.',
    shipped: 'The order is on its way.',
    delivered: 'The order was delivered.',
    installed: 'The order was delivered and put in.',
    declined: 'The order was declined; nothing was bought.',
    cancelled: 'The order is cancelled; nothing was bought.',
    expired: 'The question was not answered in time; nothing was bought.',
    rejected: 'The merchant did not take the order; nothing was bought.',
    returned: 'The order went back to the merchant.',
    lost: 'The parcel was lost on its way.',
  },
  tooLate: 'That is no longer possible.',
  expired: 'The time of this link is over.',
  used: 'This link was used before.',
  invalidTitle: 'This link does not work',
  invalid: 'It is incomplete or was not made by us. Copy all of it from the mail, or sign in to the portal.',
  badNumber: 'Please enter a number that makes sense.',
  days: 'How many days later?',
  daysChoice: (days) => (days === 1 ? '1 day' : `${days} days`),
  spares: 'Spares on the shelf, not counting the one in the device',
  facts: {
    product: 'Product',
    device: 'For',
    total: 'Total',
    arrives: 'Arrives',
    cancelUntil: 'You can cancel until',
    answerUntil: 'Answer until',
  },
};

const GERMAN: PageWords = {
  title: {
    approve: 'Jetzt bestellen?',
    cancel: 'Diese Bestellung stornieren?',
    delay: 'Später bestellen?',
    skip: 'Diesmal auslassen?',
    have: 'Wie viele haben Sie noch?',
    unsubscribe: 'Keine Mails dieser Art mehr?',
  },
  effect: {
    approve: 'Die Bestellung wird sofort aufgegeben. Hier lässt sie sich dann nicht mehr stornieren.',
    cancel:
      'Es wird nichts bestellt, und Sie bezahlen nichts. In einigen Tagen denken wir wieder darüber nach.',
    delay:
      'Die Bestellung wird so viele Tage später aufgegeben und geliefert. Bis dahin können Sie sie noch stornieren.',
    skip: 'Jetzt wird nichts bestellt. Wir melden uns, wenn das, was im Gerät ist, voraussichtlich aufgebraucht ist.',
    have: 'Wenn das genügt, wird die Bestellung storniert. Wenn nicht, bleibt sie, wie sie ist.',
    unsubscribe:
      'Sie bekommen keine Mails dieser Art mehr. Im Portal finden Sie diese Nachrichten weiterhin.',
  },
  button: {
    approve: 'Jetzt bestellen',
    cancel: 'Bestellung stornieren',
    delay: 'Später bestellen',
    skip: 'Diesmal auslassen',
    have: 'Mitteilen',
    unsubscribe: 'Keine Mails mehr',
  },
  done: {
    approve: 'Danke. Die Bestellung wird gerade aufgegeben.',
    cancel: 'Die Bestellung ist storniert. Sie bezahlen dafür nichts.',
    delay: 'Die Bestellung ist auf die Tage unten verschoben.',
    skip: 'Die Bestellung wird diesmal ausgelassen.',
    have: 'Danke. Wir überdenken es mit dieser Zahl; wird die Bestellung nicht mehr gebraucht, stornieren wir sie und sagen es Ihnen.',
    unsubscribe: 'Sie bekommen keine Mails dieser Art mehr.',
  },
  doneTitle: 'Erledigt',
  state: {
    proposed: 'Die Bestellung wartet auf Ihre Antwort.',
    announced: 'Die Bestellung ist angekündigt und wird aufgegeben, wenn die Frist zum Stornieren endet.',
    placing: 'Die Bestellung wird gerade beim Händler aufgegeben.',
    accepted: 'Der Händler hat die Bestellung angenommen.',
    shipped: 'Die Bestellung ist unterwegs.',
    delivered: 'Die Bestellung wurde geliefert.',
    installed: 'Die Bestellung wurde geliefert und eingesetzt.',
    declined: 'Die Bestellung wurde abgelehnt; es wurde nichts gekauft.',
    cancelled: 'Die Bestellung ist storniert; es wurde nichts gekauft.',
    expired: 'Die Frage wurde nicht rechtzeitig beantwortet; es wurde nichts gekauft.',
    rejected: 'Der Händler hat die Bestellung nicht angenommen; es wurde nichts gekauft.',
    returned: 'Die Bestellung ging an den Händler zurück.',
    lost: 'Das Paket ging unterwegs verloren.',
  },
  tooLate: 'Das ist nicht mehr möglich.',
  expired: 'Die Zeit dieses Links ist abgelaufen.',
  used: 'Dieser Link wurde schon benutzt.',
  invalidTitle: 'Dieser Link geht nicht',
  invalid:
    'Er ist unvollständig oder stammt nicht von uns. Kopieren Sie ihn ganz aus der Mail, oder melden Sie sich im Portal an.',
  badNumber: 'Bitte geben Sie eine sinnvolle Zahl ein.',
  days: 'Wie viele Tage später?',
  daysChoice: (days) => (days === 1 ? '1 Tag' : `${days} Tage`),
  spares: 'Vorrat im Regal, ohne den im Gerät',
  facts: {
    product: 'Produkt',
    device: 'Für',
    total: 'Gesamt',
    arrives: 'Ankunft',
    cancelUntil: 'Stornieren bis',
    answerUntil: 'Antwort bis',
  },
};

export const PAGES = { en: ENGLISH, de: GERMAN } as const;
