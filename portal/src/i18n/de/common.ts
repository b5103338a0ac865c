import type { Translated } from '../dictionary.ts';
import type { common as english } from '../en/common.ts';

export const common: Translated<typeof english> = {
  appName: 'Neverout',
  loading: 'Wird geladen …',
  notFound: {
    title: 'Hier ist nichts',
    text: 'Die Adresse ist vertippt, oder was dort stand, gibt es nicht mehr.',
    home: 'Zur Startseite',
  },
  failure: {
    title: 'Das hat nicht geklappt',
    text: 'Der Fehler liegt bei uns. Versuchen Sie es gleich noch einmal.',
    offline: 'Keine Verbindung',
    offlineText:
      'Neverout ist gerade nicht zu erreichen. Nichts geht verloren; Bestellungen laufen weiter wie angekündigt.',
    tooMany: 'Das war zu oft. Warten Sie ein paar Minuten und versuchen Sie es dann noch einmal.',
    retry: 'Noch einmal versuchen',
    quote: 'Wenn Sie es melden, nennen Sie bitte',
  },
  action: {
    cancel: 'Abbrechen',
    close: 'Schließen',
    save: 'Speichern',
    undo: 'Rückgängig',
    back: 'Zurück',
    edit: 'Ändern',
    remove: 'Entfernen',
    confirm: 'Bestätigen',
    more: 'Mehr anzeigen',
  },
  saved: 'Gespeichert.',
  undone: 'Rückgängig gemacht.',
  skipToContent: 'Zum Inhalt springen',
  signOut: 'Abmelden',
  scheme: { toLight: 'Helle Darstellung', toDark: 'Dunkle Darstellung' },
  live: { connected: 'Live', reconnecting: 'Verbindung wird wiederhergestellt …' },
};
