import type { DetailOf, OrderChange, OrderFacts } from '../../../contracts/messages/details.ts';
import { slotName } from '../../../core/phrases/slot-names.ts';
import { PAGES } from './pages.ts';
import type { Reader } from './reader.ts';
import { type Language, present, type Words } from './words.ts';

const goods = ({ quantity, product }: { quantity: number; product: string }): string =>
  quantity === 1 ? product : `${quantity} × ${product}`;

const slot = (name: string): string => slotName(name, 'de');

function arrival({ arrivesFrom, arrivesTo }: OrderFacts, { day, days }: Reader): string | null {
  if (arrivesFrom === null || arrivesTo === null) return null;
  return arrivesFrom === arrivesTo ? day(arrivesFrom) : days(arrivesFrom, arrivesTo);
}

function because(
  order: Pick<OrderFacts, 'runOut' | 'consumable'> & { why: OrderFacts['why'] },
  reader: Reader,
): string {
  const why = reader.said(order.why);
  if (why !== null) return why;
  const { p10, p50, p90 } = order.runOut;
  if (p50 === null) return `${slot(order.consumable)} wird gebraucht.`;
  const range = p10 === null || p90 === null ? '' : ` (zwischen ${reader.date(p10)} und ${reader.date(p90)})`;
  return `${slot(order.consumable)} reicht bis etwa ${reader.date(p50)}${range}.`;
}

const orderFactsOf = (order: OrderFacts, reader: Reader): Words['facts'] => {
  const { money } = reader;
  const fillings = order.fillings === order.quantity ? '' : ` (${order.fillings} Füllungen)`;
  return present([
    ['Produkt', `${goods(order)}${fillings}`],
    ['Für', `${slot(order.consumable)}, ${order.device}`],
    ['Händler', order.merchant],
    ['Stückpreis', order.quantity === 1 ? null : money(order.unitPriceMinor, order.currency)],
    ['Versand', order.shippingMinor === 0 ? null : money(order.shippingMinor, order.currency)],
    ['Gesamt', money(order.totalMinor, order.currency)],
    ['Ankunft', arrival(order, reader)],
  ]);
};

function announcement(order: DetailOf<'announcement'>, reader: Reader): Words {
  const total = reader.money(order.totalMinor, order.currency);
  const until = order.cancelUntil === null ? null : reader.moment(order.cancelUntil);
  return {
    subject: `${order.again ? 'Geändert: Wir' : 'Wir'} bestellen ${goods(order)} für ${order.device}: ${total}`,
    paragraphs: [
      ...(order.again ? ['Seit unserer letzten Nachricht hat sich etwas geändert; jetzt gilt dies.'] : []),
      because(order, reader),
      until === null
        ? 'Wir geben diese Bestellung in Kürze auf, wenn Sie sie nicht stornieren. Sie müssen nichts tun.'
        : `Sie können bis ${until} stornieren. Danach geben wir die Bestellung auf. Sie müssen nichts tun.`,
    ],
    facts: [...(orderFactsOf(order, reader) ?? []), ...present([['Stornieren bis', until]])],
    brief:
      until === null ? `${goods(order)}, ${total}` : `${goods(order)}, ${total}. Stornieren bis ${until}.`,
  };
}

const ASKING: Readonly<Record<DetailOf<'proposal'>['because'], string>> = {
  prepared: 'Wir haben eine Bestellung für Sie vorbereitet. Sie wird nur aufgegeben, wenn Sie zustimmen.',
  downgraded:
    'Wir hätten es von selbst bestellt, aber etwas steht dem entgegen. Bestellt wird nur, wenn Sie zustimmen.',
  'notice-failed':
    'Wir konnten Ihnen diese Bestellung nicht ankündigen, deshalb wurde sie nicht aufgegeben. Bestellt wird nur, wenn Sie zustimmen.',
  'not-seen':
    'Weil wir es nicht sehen, fragen wir Sie, statt von selbst zu bestellen. Bestellt wird nur, wenn Sie zustimmen.',
};

function proposal(order: DetailOf<'proposal'>, reader: Reader): Words {
  const { money } = reader;
  const total = money(order.totalMinor, order.currency);
  const others = order.alternatives.map((other): readonly [string, string] => [
    'Oder',
    `${goods(other)} für ${money(other.totalMinor, other.currency)}${other.perUseMinor === null ? '' : ` (${perUse(other.perUseMinor, other.currency, reader)})`}`,
  ]);
  return {
    subject: `Sollen wir ${goods(order)} für ${order.device} bestellen? ${total}`,
    paragraphs: [because(order, reader), ASKING[order.because]],
    facts: [
      ...(orderFactsOf(order, reader) ?? []),
      ...others,
      ...present([['Antwort bis', order.dueAt === null ? null : reader.moment(order.dueAt)]]),
    ],
    brief: `${goods(order)}, ${total}. Einverstanden?`,
  };
}

/** Uses cost fractions of a cent: told for a hundred of them. */
const perUse = (minor: number, currency: string, { money }: Reader): string =>
  `${money(Math.round(minor * 100), currency)} für 100 Nutzungen`;

const CHANGES: Readonly<Record<OrderChange, readonly [subject: string, text: string]>> = {
  accepted: ['Bestellt', 'Der Händler hat die Bestellung angenommen.'],
  shipped: ['Unterwegs', 'Der Händler hat die Ware versandt.'],
  delivered: [
    'Geliefert',
    'Die Ware wurde geliefert. Wenn nichts angekommen ist oder etwas nicht stimmt, sagen Sie es uns im Portal.',
  ],
  cancelled: ['Storniert', 'Die Bestellung wurde storniert. Sie bezahlen dafür nichts.'],
  declined: ['Nicht bestellt', 'Die Bestellung wird nicht aufgegeben.'],
  expired: [
    'Nicht bestellt',
    'Es kam keine rechtzeitige Antwort, deshalb wurde nichts bestellt. Wir fragen wieder, wenn es gebraucht wird.',
  ],
  rejected: [
    'Nicht bestellt',
    'Der Händler hat die Bestellung nicht angenommen. Es wurde nichts gekauft, und wir suchen einen anderen Weg.',
  ],
  returned: ['Zurückgegangen', 'Die Bestellung ging an den Händler zurück.'],
  lost: ['Verloren', 'Das Paket ist anscheinend verloren gegangen. Wir klären das mit dem Händler.'],
  late: ['Verspätet', 'Die Lieferung kommt später, als der Händler versprochen hat.'],
  moved: ['Neuer Termin', 'Die Bestellung kommt nun zu einer anderen Zeit.'],
  refunded: ['Erstattet', 'Der Händler zahlt das Geld zurück.'],
};

function orderUpdate(order: DetailOf<'order-update'>, reader: Reader): Words {
  const [title, text] = CHANGES[order.change];
  const reason = reader.said(order.reason);
  const refund = order.refundMinor === null ? null : reader.money(order.refundMinor, order.currency);
  return {
    subject: `${title}: ${goods(order)} für ${order.device}`,
    paragraphs: [text, ...(reason === null || reason === '' ? [] : [reason])],
    facts: [
      ...(orderFactsOf(order, reader) ?? []),
      ...present([
        ['Erstattung', refund],
        [
          'Bestellt nach',
          order.change === 'moved' && order.dueAt !== null ? reader.moment(order.dueAt) : null,
        ],
      ]),
    ],
    brief: `${goods(order)}. ${text}`,
  };
}

const STRATEGIES = {
  respond: 'nur auf Anforderung',
  coach: 'Erinnerungen',
  curated: 'Bestellungen, denen Sie zustimmen',
  automatic: 'automatische Bestellungen',
} as const;

const STOP = 'Sie können das jederzeit auf der Seite Ihrer Einwilligungen beenden oder die Grenzen ändern.';

function moveOffer({ product, moveOffered: { from, to } }: DetailOf<'move-offer'>, reader: Reader): Words {
  const away = to === null ? `ab ${reader.day(from)}` : `zwischen ${reader.day(from)} und ${reader.day(to)}`;
  return {
    subject: `${product} kommt vielleicht an, während Sie fort sind`,
    paragraphs: [
      `Sie sind ${away} nicht da, und ${product} könnte dann ankommen.`,
      'Wenn Sie möchten, bitten wir den Händler, es zurückzunehmen, und bestellen es zu Ihrer Rückkehr. Sagen Sie es uns im Portal.',
    ],
  };
}

function calendarBroken({ name }: DetailOf<'calendar-broken'>): Words {
  return {
    subject: `Ihr Kalender „${name}“ ist nicht lesbar`,
    paragraphs: [
      'Der Kalender lässt sich seit mehreren Versuchen nicht mehr lesen.',
      'Die bisher bekannten Tage gelten weiter. Bitte prüfen Sie die Adresse des Kalenders im Portal.',
    ],
  };
}

function feeChange(detail: DetailOf<'fee-change-notice'>, { money }: Reader): Words {
  const { name, minor, before, currency, days } = detail;
  return {
    subject: `Der Preis von ${name} steigt auf ${money(minor, currency)}`,
    paragraphs: [
      `${name} kostet jetzt ${money(minor, currency)} statt ${money(before, currency)}.`,
      `Zu diesem Preis bestellen wir frühestens in ${days} Tagen und nur innerhalb Ihrer Grenzen.`,
      STOP,
    ],
    facts: [
      ['Bisher', money(before, currency)],
      ['Künftig', money(minor, currency)],
    ],
  };
}

function acknowledgement(detail: DetailOf<'withdrawal-acknowledgement'>, { money, moment }: Reader): Words {
  return {
    subject: `Ihr Widerruf des Kaufs von ${goods(detail)} ist eingegangen`,
    paragraphs: [
      `Hiermit bestätigen wir, dass ${detail.name} den Kauf von ${goods(detail)} widerrufen hat, eingegangen am ${moment(detail.receivedAt)}.`,
      'Das unterschriebene Dokument, das es beweist, liegt bei. Bewahren Sie es auf.',
    ],
    facts: [
      ['Produkt', goods(detail)],
      ['Gesamt', money(detail.totalMinor, detail.currency)],
      ['Eingegangen', moment(detail.receivedAt)],
      ['Bestellung', detail.orderId],
    ],
  };
}

function pressed({ consumable, device, press }: DetailOf<'coach-reminder'>, reader: Reader): Words {
  const why = reader.said(press?.why ?? null) ?? '';
  return {
    subject: `Taste von ${device}: Für ${slot(consumable)} wurde nichts bestellt`,
    paragraphs: [
      why,
      ...(press?.outcome === 'refused'
        ? ['Im Portal können Sie selbst bestellen oder ändern, was dem entgegensteht.']
        : []),
      'Wie oft auch gedrückt wird: Aus demselben Grund schreiben wir Ihnen einmal am Tag.',
    ],
    brief: why,
  };
}

function coach(detail: DetailOf<'coach-reminder'>, reader: Reader): Words {
  if (detail.press !== null) return pressed(detail, reader);
  const tip = reader.said(detail.tip);
  const level = detail.level === null ? null : reader.percent(detail.level);
  return {
    subject: `${slot(detail.consumable)} von ${detail.device} geht zur Neige`,
    paragraphs: [
      because({ ...detail, why: null }, reader),
      ...(tip === null ? [] : [tip]),
      'Jetzt ist ein guter Zeitpunkt, nachzubestellen. Bestellt wird nur, wenn Sie es tun.',
    ],
    facts: present([['Noch da', level]]),
  };
}

function suggestion(detail: DetailOf<'strategy-suggestion'>, reader: Reader): Words {
  const why = reader.said(detail.why);
  return {
    subject: `Ein Vorschlag für ${slot(detail.consumable)} von ${detail.device}`,
    paragraphs: [
      `Sie haben dafür gewählt: ${STRATEGIES[detail.from]}. Besser passen würde jetzt: ${STRATEGIES[detail.to]}.`,
      ...(why === null ? [] : [why]),
      'Es ändert sich nur etwas, wenn Sie es im Portal wählen.',
    ],
  };
}

export const GERMAN: Language = {
  kinds: {
    announcement,
    proposal,
    'order-update': orderUpdate,
    'move-offer': moveOffer,
    'calendar-broken': calendarBroken,
    'annual-reminder': () => ({
      subject: 'Wir bestellen automatisch für Sie: jährliche Erinnerung',
      paragraphs: [
        'Sie haben zugestimmt, dass wir innerhalb der von Ihnen gesetzten Grenzen automatisch für Sie bestellen.',
        STOP,
      ],
    }),
    'fee-change-notice': feeChange,
    'withdrawal-acknowledgement': acknowledgement,
    'coach-reminder': coach,
    'strategy-suggestion': suggestion,
    'ops-alert': ({ code, text }) => ({ subject: `Neverout: ${code}`, paragraphs: [text] }),
  },
  actions: {
    approve: 'Jetzt bestellen',
    cancel: 'Bestellung stornieren',
    delay: 'Später bestellen',
    skip: 'Diesmal auslassen',
    have: 'Ich habe noch welche',
    unsubscribe: 'Keine Mails dieser Art mehr',
  },
  feed: {
    name: 'Lieferungen von Neverout',
    summary: (goods, device) => `${goods} kommt an (${device})`,
    status: PAGES.de.state,
  },
  frame: {
    greeting: (name) => `Guten Tag ${name},`,
    choices: 'Sie können:',
    choicesEnd: (until) =>
      `Diese Links gelten ohne Anmeldung bis ${until}. Jeder fragt nach, bevor etwas geschieht.`,
    footer: 'Sie bekommen diese Mail, weil Neverout sich um Ihre Geräte kümmert.',
    footerMandatory:
      'Sie bekommen diese Mail, weil sie einen Kauf ankündigt oder das Gesetz sie verlangt; sie lässt sich nicht einzeln abbestellen.',
    unsubscribe: 'Keine Mails dieser Art mehr',
    portal: 'Zum Portal',
    digestSubject: (count) =>
      count === 1 ? 'Eine Neuigkeit von Neverout' : `${count} Neuigkeiten von Neverout`,
    digestIntro: 'Das ist seit der letzten täglichen Mail geschehen.',
  },
};
