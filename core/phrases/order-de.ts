import type { OrderTexts } from './order.ts';

/** What the merchant added in its own words, in brackets. */
const added = (detail: string): string => (detail === '' ? '' : ` (${detail})`);

/** What merchants say of an order. */
const STATUSES: Readonly<Record<string, string>> = {
  accepted: 'angenommen',
  shipped: 'verschickt',
  delivered: 'geliefert',
  cancelled: 'storniert',
  rejected: 'abgelehnt',
  returned: 'zurückgegeben',
  lost: 'verloren',
};
const spoken = (status: string): string => STATUSES[status] ?? status;

export const ORDER_GERMAN: OrderTexts = {
  'order-unanswered': () => 'Niemand hat rechtzeitig auf den Vorschlag geantwortet.',
  'order-unchecked': ({ detail }) => `Die Bedingungen konnten nicht geprüft werden: ${detail}`,
  'order-halted': ({ reason }) => `Bestellungen sind angehalten: ${reason}`,
  'order-approved-early': () => 'Freigegeben, bevor die Frist zum Stornieren vorbei war.',
  'order-delayed': ({ days }) => `Um ${days === 1 ? 'einen Tag' : `${days} Tage`} verschoben.`,
  'order-skipped': () => 'Diesmal ausgelassen.',
  'order-cancelled': () => 'Storniert, bevor bestellt wurde.',
  'order-approved': () => 'Freigegeben.',
  'order-declined': () => 'Abgelehnt.',
  'order-arrived-said': () => 'Der Kunde sagt, dass es angekommen ist.',
  'order-never-came-said': () => 'Der Kunde sagt, dass es nie angekommen ist.',
  'order-not-needed': () => 'Es wird nicht gebraucht.',
  'order-strategy-changed': () => 'Die Strategie wurde geändert; die Bestellung wartet auf Freigabe.',
  'order-consent-withdrawn': () => 'Die Einwilligung in automatische Bestellungen wurde widerrufen.',
  'order-device-given-away': () => 'Das Gerät wurde abgegeben.',
  'order-customer-erased': () => 'Der Kunde hat die Löschung seiner Daten verlangt.',
  'order-withdrawn-before': () => 'Sie haben den Kauf widerrufen, bevor bestellt wurde.',
  'order-withdrawn': () => 'Der Kunde hat den Kauf widerrufen.',
  'order-wished-later': () =>
    'Der Kunde möchte es später haben; der Händler wird gebeten, die Bestellung zurückzunehmen.',
  'order-arrived-seen': () =>
    'Es ist angekommen: Das Gerät meldet eine neue Füllung, und es war kein Ersatz da.',
  'order-installed-seen': () => 'Das Gerät meldet eine neue Füllung.',
  'order-merchant-has': ({ reference, status }) =>
    `Der Händler führt sie als ${reference}: ${spoken(status)}.`,
  'order-merchant-asked': ({ reference, status }) =>
    `Auf Nachfrage führt der Händler sie als ${reference}: ${spoken(status)}.`,
  'order-merchant-refused': ({ code, detail }) => `Der Händler hat sie abgelehnt (${code}): ${detail}`,
  'order-merchant-never-had': () => 'Der Händler hat sie nie bekommen; es wird noch einmal versucht.',
  'order-merchant-silent': ({ detail }) => `Der Händler hat nicht geantwortet (${detail}).`,
  'order-taken-back-consent': () =>
    'Die Einwilligung wurde widerrufen; auch der Händler hat die Bestellung storniert.',
  'order-taken-back-withdrawn': () => 'Sie haben den Kauf widerrufen; der Händler hat ihn storniert.',
  'order-taken-back-not-needed': () => 'Es wurde nicht gebraucht; der Händler hat die Bestellung storniert.',
  'order-taken-back-move': () =>
    'Sie wird verschoben: Der Händler hat sie storniert, und bestellt wird neu für die Zeit nach Ihrer Rückkehr.',
  'order-not-taken-back': () =>
    'Der Händler konnte die Bestellung nicht mehr zurücknehmen: Sie ist unterwegs.',
  'order-lost': () =>
    'Es ist nie angekommen: Das Geld wird zurückverlangt, und was gebraucht wird, wird neu bestellt.',
  'order-late': () =>
    'Sie ist später als fast jede andere Lieferung dieses Händlers; der Händler wird danach gefragt.',
  'order-presumed-lost': () =>
    'Sie hätte längst da sein sollen. Ist sie angekommen? Wenn nicht, gilt sie in fünf Tagen als verloren.',
  'order-not-installed': () =>
    'Sie wurde geliefert, und das Gerät ist noch leer. Ist sie da? Setzen Sie sie ein, zählen Sie Ihren Vorrat, oder sagen Sie, dass sie nie ankam.',
  'order-merchant-mute': () => 'Der Händler hat seit zwei Tagen nicht gesagt, ob er die Bestellung annimmt.',
  'issue-unknown-sku': ({ sku }) =>
    `Der Händler kennt kein ${sku}: Das Produkt wird nicht mehr bestellt, bis es jemand berichtigt.`,
  'issue-never-had': () => 'Der Händler hatte die Bestellung nie.',
  'issue-in-person': () =>
    'Der Händler nimmt solche Anliegen nur persönlich entgegen: Unsere Mitarbeiter kümmern sich darum.',
  'issue-unsettled': () => 'Der Händler hat es in drei Monaten nicht erledigt.',
  'order-merchant-forgot': () => 'Der Händler kennt diese Bestellung nicht mehr.',
  'order-bought-anyway': ({ reference }) =>
    `Eine Anfrage, die noch unterwegs war, hat den Händler erst erreicht, als die Bestellung hier schon beendet war (${reference}): Sie wird dort storniert.`,
  'order-anyway-cancelled': () => 'Der Händler hat storniert, was ihn zu spät erreicht hatte.',
  'order-anyway-shipped': () =>
    'Der Händler konnte nicht mehr stornieren, was ihn zu spät erreicht hatte: Er wird gebeten, es zurückzunehmen und zu erstatten.',
  'order-paid-back': () => 'Der Händler hat das Geld zurückgezahlt.',
  'order-left-unseen': () => 'Sie war versandt: Was der Händler zurücknahm, war unterwegs.',
  'order-needs-address': ({ detail }) =>
    `Der Händler kann an die Adresse nicht liefern: Berichtigen Sie sie, und geben Sie die Bestellung dann wieder frei.${added(detail)}`,
  'order-needs-payment': ({ detail }) =>
    `Die Zahlung ist nicht zustande gekommen: Klären Sie das mit dem Händler, und geben Sie die Bestellung dann wieder frei.${added(detail)}`,
  'order-needs-confirmation': ({ detail }) =>
    `Ihre Bank möchte, dass Sie die Zahlung bestätigen: Tun Sie das, und geben Sie die Bestellung dann wieder frei.${added(detail)}`,
  'order-needs-any-address': () =>
    'Niemand hat gesagt, wohin geliefert wird: Geben Sie eine Adresse ein, und geben Sie die Bestellung dann wieder frei.',
};
