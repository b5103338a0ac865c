import { formatMoneyInGerman as money } from '../money.ts';
import { ASK_GERMAN } from './ask-de.ts';
import { dayFrom } from './dates.ts';
import { germanDates as dates } from './dates-de.ts';
import { ORDER_GERMAN } from './order-de.ts';
import type { Texts } from './phrase.ts';
import { slotName } from './slot-names.ts';

const slot = (name: string): string => slotName(name, 'de');
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const finePercent = (share: number): string => `${String(Math.round(share * 1000) / 10).replace('.', ',')} %`;

/** "3 Stunden", "2 Tage". */
const span = (hours: number): string => {
  if (hours >= 48) return `${hours / 24} Tage`;
  return hours === 1 ? 'eine Stunde' : `${hours} Stunden`;
};
/** After "vor". */
const ago = (hours: number): string => {
  if (hours >= 48) return `${hours / 24} Tagen`;
  return hours === 1 ? 'einer Stunde' : `${hours} Stunden`;
};

const away = ({ from, to }: { from: string; to: string | null }): string =>
  to === null ? `ab dem ${dates.day(from)}` : between(from, to);

const between = (from: string, to: string): string =>
  from === to ? `am ${dates.day(from)}` : `vom ${dates.span(from, to)}`;

const SCOPES: Readonly<Record<string, string>> = {
  global: 'überall',
  product: 'für dieses Produkt',
  'device-model': 'für dieses Gerätemodell',
  firmware: 'für diesen Softwarestand',
  merchant: 'bei diesem Händler',
  customer: 'für diesen Kunden',
};

const STATUSES: Readonly<Record<string, string>> = {
  proposed: 'vorgeschlagen',
  announced: 'angekündigt',
  placing: 'in Auftrag',
  accepted: 'bestätigt',
  shipped: 'unterwegs',
  delivered: 'geliefert',
};

export const GERMAN: Texts = {
  ...ASK_GERMAN,
  ...ORDER_GERMAN,

  words: ({ text }) => text,

  'last-years': ({ name }) => `${slot(name)} reicht noch Jahre.`,
  'used-up': ({ name }) => `${slot(name)}: wahrscheinlich aufgebraucht.`,
  lasts: ({ name, p10, p50, p90, today }) => {
    const say = (date: string): string => dayFrom(dates, date, today);
    const interval =
      p10 !== null && p90 !== null && p10 !== p90 ? ` (zwischen ${say(p10)} und ${say(p90)})` : '';
    return `${slot(name)} reicht etwa bis ${say(p50)}${interval}.`;
  },
  'use-shift': ({ share, up, since, today }) =>
    `Seit ${dayFrom(dates, since, today)} wird ${percent(share)} ${up ? 'mehr' : 'weniger'} verbraucht.`,
  about: ({ name }) => `${slot(name)}:`,
  'nothing-unknown': () => 'Ohne das zu wissen, wird nichts bestellt.',
  'on-its-way': () => 'Eine Bestellung läuft.',
  'nothing-needed': () => 'Im Moment muss nichts bestellt werden.',
  'spare-at-hand': () => 'Es sollte noch Ersatz da sein.',
  'next-readings-decide': () => 'Die nächsten Messwerte entscheiden, ob bestellt wird.',
  ordered: ({ on, today, risk }) =>
    `Bestellt wird${on === null ? '' : ` am ${dayFrom(dates, on, today)}`}: Wer länger wartet, hat vor der Lieferung vielleicht nichts mehr (heute ${percent(risk)}).`,
  prepared: ({ risk }) =>
    `Wir haben eine Bestellung zur Freigabe vorbereitet: Wer länger wartet, hat vor der Lieferung vielleicht nichts mehr (heute ${percent(risk)}).`,
  'time-to-order': () => 'Es ist Zeit, nachzubestellen.',
  'time-but': () => 'Es ist Zeit, nachzubestellen, aber:',

  'never-told': () => 'Das Gerät hat noch nicht gemeldet, wie viel übrig ist.',
  'tells-no-more': () => 'Das Gerät meldet nicht mehr, wie viel übrig ist.',
  unconfirmed: ({ from, to }) =>
    `Der Füllstand ist auf einmal von ${percent(from)} auf ${percent(to)} gesprungen; das ist noch nicht bestätigt.`,
  'only-past': () => 'Es gibt nur Messwerte aus der Vergangenheit.',
  stale: ({ hours }) => `Der letzte Messwert ist ${span(hours)} alt.`,
  'one-reading': () => 'Bisher gibt es nur einen Messwert.',
  read: ({ level, hours }) =>
    `${percent(level)}, gemessen ${hours === null ? 'gerade eben' : `vor ${ago(hours)}`}.`,

  'away-open-end': ({ from }) =>
    `Sie sind ab dem ${dates.day(from)} verreist, ohne Tag der Rückkehr; bis dahin wird nichts geliefert.`,
  'held-for-months': () => 'Im Kalender ist auf Monate jeder Tag gesperrt; es kann nichts geliefert werden.',
  'on-return': ({ from, until, first, last }) =>
    `Sie sind ${between(from, until)} verreist; es kommt ${
      first === last
        ? `am ${dates.day(first)}`
        : `zwischen dem ${dates.day(first)} und dem ${dates.day(last)}`
    }.`,
  'before-leaving': ({ from, to, by }) =>
    `Sie sind ${away({ from, to })} verreist; es kommt vorher, bis zum ${dates.day(by)}.`,

  'no-offer': () => 'Kein Händler bietet dafür ein Produkt an.',
  offer: ({ name, price }) => `${name} zu ${money(price)}.`,
  'no-halt': () => 'Nichts ist angehalten.',
  halted: ({ scope, reason }) => `Bestellungen sind angehalten (${SCOPES[scope] ?? scope}): ${reason}`,
  'no-open-order': () => 'Keine andere Bestellung ist offen.',
  'open-order': ({ orderId, status }) => `Bestellung ${orderId} ist schon ${STATUSES[status] ?? status}.`,
  'no-consent': () => 'Es gibt keine Einwilligung, dies automatisch zu bestellen.',
  'consent-expired': () => 'Die Einwilligung in automatische Bestellungen ist abgelaufen.',
  'consent-not-yet': () => 'Die Einwilligung in automatische Bestellungen gilt noch nicht.',
  consent: () => 'Eine Einwilligung in automatische Bestellungen liegt vor.',
  'no-limits': () => 'Ohne Einwilligung gibt es keine Grenzen zu prüfen.',
  'no-product': () => 'Ohne Produkt gibt es nichts zu prüfen.',
  'product-allowed': ({ name }) => `${name} ist von der Einwilligung erlaubt.`,
  'product-substitute': ({ name }) => `${name} ist von der Einwilligung als Ersatz erlaubt.`,
  'product-not-allowed': ({ name }) => `${name} gehört nicht zu den Produkten, die die Einwilligung erlaubt.`,
  'merchant-allowed': () => 'Die Einwilligung erlaubt diesen Händler.',
  'merchant-not-allowed': ({ name }) =>
    `Der Händler von ${name} gehört nicht zu denen, die die Einwilligung erlaubt.`,
  'other-currency': ({ price, consent }) => `Der Preis ist in ${price}, die Einwilligung in ${consent}.`,
  'price-within': ({ price, limit }) => `${money(price)} liegt unter der Grenze von ${money(limit)}.`,
  'price-above': ({ price, limit }) => `${money(price)} liegt über der Grenze von ${money(limit)}.`,
  'no-drift-limit': () => 'Die Einwilligung setzt Preiserhöhungen keine Grenze.',
  'price-then-unknown': ({ name }) => `Der Preis von ${name} bei der Einwilligung ist nicht bekannt.`,
  'drift-within': ({ price, drift, agreed }) =>
    `${money(price)} liegt höchstens ${finePercent(drift)} über ${money(agreed)} bei Ihrer Einwilligung.`,
  'drift-above': ({ price, drift, agreed }) =>
    `${money(price)} liegt mehr als ${finePercent(drift)} über ${money(agreed)} bei Ihrer Einwilligung.`,
  'no-notice-due': () => 'Preisänderungen müssen nicht vorher mitgeteilt werden.',
  'price-not-risen': () => 'Der Preis ist seit Ihrer Einwilligung nicht gestiegen.',
  'told-in-time': () => 'Der neue Preis wurde Ihnen rechtzeitig mitgeteilt.',
  'price-notice': ({ days }) =>
    `Der Preis ist gestiegen; das erfahren Sie ${days} Tage, bevor er berechnet wird.`,
  'below-minimum': ({ minimum, quantity }) =>
    `Der Händler verkauft mindestens ${minimum}, nicht ${quantity}.`,
  'quantity-within': ({ quantity, limit }) => `${quantity} von höchstens ${limit} je Bestellung.`,
  'quantity-outside': ({ quantity, limit }) =>
    `${quantity} liegt nicht zwischen 1 und der Grenze von ${limit} je Bestellung.`,
  'spend-within': ({ after, limit }) => `${money(after)} von ${money(limit)} in diesem Monat.`,
  'spend-above': ({ after, limit }) =>
    `Damit wären es in diesem Monat ${money(after)}, über der Grenze von ${money(limit)}.`,
  'too-many-orders': ({ orders, limit }) =>
    `In diesem Monat gab es schon ${orders} Bestellungen; die Grenze ist ${limit}.`,
  'too-soon': ({ days }) => `Die letzte Bestellung ist weniger als ${days} Tage her.`,
  'not-too-many': () => 'Nicht zu viele Bestellungen.',
  'no-address': () => 'Die Einwilligung nennt keine Lieferadresse.',
  address: () => 'Es geht an die Adresse der Einwilligung.',
  'on-account': () => 'Bezahlt wird auf Rechnung beim Händler.',
  'card-number': () => 'Die Zahlungsreferenz sieht wie eine Kartennummer aus; die wird nie weitergegeben.',
  'payment-reference': () => 'Bezahlt wird mit der Zahlungsreferenz der Einwilligung.',
  'no-delivery-date': () => 'Ohne Produkt gibt es keinen Liefertag zu prüfen.',
  'arrives-while-away': ({ first, last, from, to }) =>
    `Es könnte ${first === last ? `am ${dates.day(first)}` : `zwischen dem ${dates.day(first)} und dem ${dates.day(last)}`} kommen, während Sie ${away({ from, to })} verreist sind.`,
  'placed-later': () => 'Bestellt wird später, damit es kommt, wenn Sie zurück sind.',
  'told-before': () => 'Sie erfahren davon, bevor bestellt wird.',
  told: () => 'Sie wussten davon und hatten Zeit zu stornieren.',
  'not-told': () => 'Die Ankündigung hat Sie noch nicht erreicht; ohne sie wird nichts bestellt.',
  'cannot-be-told': () =>
    'Die Ankündigung konnte Ihnen nicht zugestellt werden; ohne sie wird nichts bestellt.',
  'may-still-cancel': () => 'Sie wissen davon und können noch stornieren.',
  'not-skipped': () => 'Sie haben es nicht ausgelassen.',
  skipped: ({ until }) => `Sie haben es bis zum ${dates.day(until)} ausgelassen.`,
  'arrives-at-home': ({ first, last }) =>
    `Es kommt zwischen dem ${dates.day(first)} und dem ${dates.day(last)}; dann sind Sie da.`,

  'level-not-known': () => 'Der Füllstand ist nicht gut genug bekannt, um von selbst zu bestellen.',
  'years-to-correct': () => 'Es reicht noch Jahre; jeder Fehler lässt sich in Ruhe berichtigen.',
  'known-within': ({ days, leadDays }) =>
    `Das Ende ist auf ${days} Tage genau bekannt; eine Lieferung dauert etwa ${leadDays}.`,
  'known-only-within': ({ days, leadDays }) =>
    `Das Ende ist nur auf ${days} Tage genau bekannt, eine Lieferung dauert etwa ${leadDays}.`,

  'nothing-in-the-way': () => 'Nichts steht im Weg: Es wird jetzt bestellt.',
  'consent-withdrawn': () => 'Die Einwilligung, auf der sie beruht, wurde widerrufen.',
  'enough-counted': () => 'Nicht mehr nötig: Sie haben genug Vorrat gezählt.',
  'new-one-in': () => 'Nicht mehr nötig: Es wurde ein neues eingesetzt.',
  'asked-because': () => 'Wir fragen, weil:',
  'no-delivery-address': () =>
    'Niemand hat gesagt, wohin geliefert werden soll: Bitte eine Adresse eintragen und die Bestellung erneut freigeben.',
  'shipping-since-announced': ({ announced, total }) =>
    `Angekündigt war sie für ${money(announced)}; weil sie jetzt den Versand trägt, kostet sie ${money(total)}.`,
  'price-since-announced': ({ announced, unitPrice }) =>
    `Angekündigt war sie für ${money(announced)}, inzwischen kostet das Stück ${money(unitPrice)}.`,
};
