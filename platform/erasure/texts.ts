import type { ErasureGroup } from './catalogue.ts';

type Language = 'en' | 'de';
type Text = Readonly<Record<Language, string>>;

/** What is deleted, in the customer's words. */
const DELETED: Readonly<Record<Exclude<ErasureGroup, 'orders' | 'consents' | 'audit'>, Text>> = {
  profile: {
    en: 'Name, e-mail address, language and time zone',
    de: 'Name, E-Mail-Adresse, Sprache und Zeitzone',
  },
  accounts: {
    en: 'Accounts with their passwords, passkeys and sessions, of everybody who acts for nobody else',
    de: 'Konten mit Passwörtern, Passkeys und Sitzungen, von allen, die für niemand anderen handeln',
  },
  people: { en: 'Members and invitations', de: 'Mitglieder und Einladungen' },
  devices: {
    en: 'Names, serial numbers and credentials of the devices, which are released',
    de: 'Namen, Seriennummern und Zugangsdaten der Geräte; sie werden freigegeben',
  },
  telemetry: {
    en: 'Readings, events, refused input, levels and forecasts',
    de: 'Messwerte, Ereignisse, abgewiesene Eingaben, Füllstände und Prognosen',
  },
  decisions: { en: 'Decisions and their reasons', de: 'Entscheidungen und ihre Gründe' },
  calendars: { en: 'Holds, calendars and their addresses', de: 'Lieferpausen, Kalender und deren Adressen' },
  messages: { en: 'Messages and reminders', de: 'Nachrichten und Erinnerungen' },
  'open-orders': { en: 'Orders that nothing was bought with', de: 'Bestellungen ohne Kauf' },
};

const KEPT: Readonly<Record<'orders' | 'consents' | 'audit', { readonly what: Text; readonly why: Text }>> = {
  orders: {
    what: {
      en: 'Purchases: product, quantity, price, dates and the number at the merchant; without name, address and reasons',
      de: 'Käufe: Produkt, Menge, Preis, Daten und Nummer beim Händler; ohne Name, Anschrift und Gründe',
    },
    why: {
      en: 'Trade and tax law requires records of purchases (GDPR Art. 17(3)(b); in Germany § 147 AO and § 257 HGB; Regulation (EU) 282/2011 Art. 63c).',
      de: 'Handels- und Steuerrecht verlangen Belege über Käufe (Art. 17 Abs. 3 lit. b DSGVO; § 147 AO, § 257 HGB; Art. 63c VO (EU) 282/2011).',
    },
  },
  consents: {
    what: {
      en: 'Consents and their ends: purpose, limits, dates and the hash of the text; without address, payment reference, person and text',
      de: 'Einwilligungen und ihr Ende: Zweck, Grenzen, Daten und Prüfsumme des Textes; ohne Anschrift, Zahlungsangabe, Person und Text',
    },
    why: {
      en: 'They show that what was ordered was allowed, until claims expire (GDPR Art. 7(1) and 17(3)(e)).',
      de: 'Sie belegen, dass Bestelltes erlaubt war, bis Ansprüche verjähren (Art. 7 Abs. 1 und Art. 17 Abs. 3 lit. e DSGVO).',
    },
  },
  audit: {
    what: {
      en: 'Entries of the audit log: times, operations and ids; without network addresses',
      de: 'Einträge des Prüfprotokolls: Zeiten, Vorgänge und Kennungen; ohne Netzadressen',
    },
    why: {
      en: 'The log is chained: without an entry nobody could show that no other was altered. The ids lead to nobody any more.',
      de: 'Das Protokoll ist verkettet: Ohne einen Eintrag ließe sich nicht zeigen, dass kein anderer verändert wurde. Die Kennungen führen zu niemandem mehr.',
    },
  },
};

const languageOf = (tag: string): Language => (tag === 'de' || tag.startsWith('de-') ? 'de' : 'en');

export type DeletedGroup = keyof typeof DELETED;
export type KeptGroup = keyof typeof KEPT;
export const DELETED_GROUPS = Object.keys(DELETED) as readonly DeletedGroup[];

export const sayDeleted = (group: DeletedGroup, language: string): string =>
  DELETED[group][languageOf(language)];
export function sayKept(group: KeptGroup, language: string): { what: string; why: string } {
  const { what, why } = KEPT[group];
  const said = languageOf(language);
  return { what: what[said], why: why[said] };
}
