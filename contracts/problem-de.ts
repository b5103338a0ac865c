import type { ProblemCode } from './problem.ts';

interface ProblemText {
  readonly title: string;
  /** The names in braces are those of the English text. */
  readonly detail: string;
}

/** The problems of problem.ts in German: the compiler asks for those of a new code. */
export const PROBLEMS_IN_GERMAN: Readonly<Record<ProblemCode, ProblemText>> = {
  'invalid-request': {
    title: 'Die Anfrage ist nicht gültig',
    detail: 'Die Anfrage hat nicht die beschriebene Form; siehe errors.',
  },
  'customer-required': {
    title: 'Für welchen Kunden?',
    detail: 'Sie handeln für mehrere Kunden oder für keinen: Geben Sie customerId an.',
  },
  'auth-refused': { title: 'Das geht nicht', detail: '{reason}' },
  'malformed-body': { title: 'Die Anfrage ist nicht lesbar', detail: '{reason}' },
  'invalid-cursor': {
    title: 'Die Stelle in der Liste ist nicht gültig',
    detail: 'Geben Sie nextCursor der vorigen Seite unverändert und mit denselben Filtern an.',
  },
  unauthenticated: {
    title: 'Bitte zuerst anmelden',
    detail:
      'Melden Sie sich an, oder senden Sie den API-Schlüssel im Header Authorization: Bearer <Schlüssel>.',
  },
  'sign-in-failed': { title: 'Die Anmeldung ist fehlgeschlagen', detail: '{reason}' },
  'invalid-signature': { title: 'Dem Webhook wird nicht vertraut', detail: '{reason}' },
  forbidden: { title: 'Nicht erlaubt', detail: 'Ihre Rolle erlaubt das nicht.' },
  'second-factor-required': {
    title: 'Ein zweiter Faktor ist nötig',
    detail:
      'Mitarbeiter melden sich mit einer Authenticator-App oder einem Passkey an; ohne das ist nur dessen Einrichtung offen.',
  },
  'sign-in-again': {
    title: 'Bitte erneut anmelden',
    detail: 'Dafür darf die letzte Anmeldung höchstens {minutes} Minuten her sein.',
  },
  'foreign-page': {
    title: 'Die Anfrage kommt von anderswo',
    detail: 'Was etwas ändert, muss von einer Seite dieser Installation kommen.',
  },
  'not-found': { title: 'Nicht gefunden', detail: 'Das gibt es nicht: {what} {id}.' },
  'no-such-route': { title: 'Nicht gefunden', detail: 'Unter {method} {path} gibt es nichts.' },
  'already-exists': {
    title: 'Das gibt es schon',
    detail: 'Mit denselben Angaben ({fields}) gibt es schon etwas.',
  },
  'wrong-status': {
    title: 'Die Bestellung ist schon weiter',
    detail: 'Die Bestellung ist jetzt {status}; das geht nicht mehr: {action}.',
  },
  'not-yet-due': {
    title: 'Die Lieferung kann noch kommen',
    detail: 'Sie kann bis {date} ankommen; melden Sie sich noch einmal, wenn sie bis dahin nicht da ist.',
  },
  'adapter-address': {
    title: 'Die Adresse passt nicht zum Adapter',
    detail: 'Eine Adresse des Adapters {adapter} sieht anders aus.',
  },
  'device-revoked': {
    title: 'Das Gerät ist gesperrt',
    detail: 'Ein gesperrtes Gerät bekommt keine neuen Zugangsdaten; melden Sie es neu an.',
  },
  'last-of-its-kind': {
    title: 'Jemand muss bleiben',
    detail: 'Wer als Letzter {role} ist, kann nicht gehen.',
  },
  'already-claimed': {
    title: 'Das Gerät hat einen Besitzer',
    detail: 'Der Besitzer muss es zuerst freigeben.',
  },
  'not-released': {
    title: 'Das Gerät gehört niemandem, der es weggeben könnte',
    detail: 'Nur ein Gerät, das einem Kunden gehört, kann freigegeben werden.',
  },
  'already-erased': {
    title: 'Der Kunde ist gelöscht',
    detail: 'Die Löschung wurde schon verlangt; ihr Beleg liegt dort, wo die Antwort es sagte.',
  },
  'operator-unnamed': {
    title: 'Es ist kein Betreiber genannt',
    detail:
      'Ein Beleg nennt, wer für die Daten verantwortlich ist: Ein Admin gibt das mit PUT /v1/operator an.',
  },
  'trial-refused': { title: 'Der Versuch kann nicht beginnen', detail: '{reason}' },
  'no-withdrawal': { title: 'Der Kauf kann nicht widerrufen werden', detail: '{reason}' },
  'announcement-needed': {
    title: 'Ankündigungen lassen sich nicht abbestellen',
    detail:
      'Automatische Bestellungen werden per Mail angekündigt. Wer keine Ankündigungen möchte, wählt eine andere Strategie als die automatische.',
  },
  'duty-needed': {
    title: 'Diese Nachricht lässt sich nicht abbestellen',
    detail: 'Das Gesetz verlangt, dass wir Ihnen das sagen.',
  },
  'unusable-address': { title: 'Die Adresse ist nicht verwendbar', detail: '{reason}' },
  'too-many-endpoints': {
    title: 'Es gibt genug Endpunkte',
    detail: 'Höchstens {limit} Webhook-Endpunkte; entfernen Sie erst einen.',
  },
  'too-many-subscriptions': {
    title: 'Es gibt genug Browser',
    detail: 'Höchstens {limit} Browser zeigen Nachrichten an; beenden Sie erst einen.',
  },
  'unreadable-calendar': { title: 'Der Kalender ist nicht verwendbar', detail: '{reason}' },
  'order-mismatch': { title: 'Die Bestellung passt nicht', detail: '{reason}' },
  'not-acceptable': { title: 'So ist es nicht zu haben', detail: 'Verlangen Sie {type} im Header Accept.' },
  'too-many-streams': {
    title: 'Zu viele offene Verbindungen',
    detail: 'Schließen Sie zuerst eine andere Verbindung für Live-Meldungen.',
  },
  'body-too-large': { title: 'Die Anfrage ist zu groß', detail: 'Höchstens {limit} Bytes werden gelesen.' },
  'unsupported-media-type': {
    title: 'Dieser Medientyp wird nicht angenommen',
    detail: 'Senden Sie application/json.',
  },
  'unknown-reference': {
    title: 'Es bezieht sich auf etwas Unbekanntes',
    detail: '{field} bezieht sich auf etwas, das es nicht gibt.',
  },
  'invalid-claim-code': {
    title: 'Der Code ist nicht gültig',
    detail: 'Der Code ist vertippt, verbraucht, abgelaufen oder unbekannt.',
  },
  'invalid-invitation': {
    title: 'Die Einladung ist nicht gültig',
    detail: 'Die Einladung ist verbraucht, zurückgezogen, abgelaufen oder für eine andere E-Mail-Adresse.',
  },
  'confirmation-mismatch': {
    title: 'Nicht bestätigt',
    detail: 'Geben Sie den Namen des Kunden genau so ein, wie er dasteht.',
  },
  'does-not-fit': {
    title: 'Das Produkt passt nicht',
    detail: 'Das Produkt ist nicht als passend dafür eingetragen.',
  },
  'strategy-unavailable': { title: 'Diese Strategie ist nicht möglich', detail: '{reason}' },
  'not-an-option': {
    title: 'Dieses Produkt wurde nicht angeboten',
    detail: 'Stimmen Sie einem der Produkte zu, die der Vorschlag nennt.',
  },
  'nothing-to-order': { title: 'Es lässt sich nichts bestellen', detail: '{reason}' },
  'foreign-object': { title: 'Es gehört jemand anderem', detail: '{field} gehört nicht dem Kunden.' },
  'already-provisioned': {
    title: 'Das Gerät hat seine Zugangsdaten schon',
    detail: 'Diese Seriennummer wurde schon eingerichtet; ein Admin kann sie zurücksetzen.',
  },
  'unusable-certificate': { title: 'Das Zertifikat lässt sich nicht verwenden', detail: '{reason}' },
  'provisioning-refused': {
    title: 'Der Einrichtungsschlüssel ist nicht gültig',
    detail: 'Der Schlüssel ist unbekannt, gesperrt, abgelaufen oder aufgebraucht.',
  },
  'too-many-requests': {
    title: 'Zu viele Anfragen',
    detail: 'Warten Sie so viele Sekunden, wie der Header Retry-After sagt.',
  },
  internal: {
    title: 'Hier ist etwas schiefgegangen',
    detail: 'Die Anfrage konnte nicht beantwortet werden; der Fehler liegt hier und wurde festgehalten.',
  },
  unavailable: {
    title: 'Gerade nicht verfügbar',
    detail: 'Die Datenbank ist nicht erreichbar; versuchen Sie es gleich noch einmal.',
  },
};
