import type { Language } from './phrase.ts';

/**
 * German names of slots that operators leave as the trade calls them in English. The noun comes first: what follows it
 * stays the same in every case, so that a sentence can take the name as it is.
 */
const COLOURS = {
  black: 'Schwarz',
  cyan: 'Cyan',
  magenta: 'Magenta',
  yellow: 'Gelb',
  'photo black': 'Fotoschwarz',
  'light cyan': 'Hellcyan',
  'light magenta': 'Hellmagenta',
  colour: 'Farbe',
  color: 'Farbe',
} as const;

const KINDS = {
  toner: 'Toner',
  'toner cartridge': 'Tonerkartusche',
  ink: 'Tinte',
  'ink cartridge': 'Tintenpatrone',
  cartridge: 'Kartusche',
  drum: 'Trommel',
  'drum unit': 'Trommeleinheit',
  developer: 'Entwickler',
} as const;

const OTHERS = {
  'waste toner': 'Resttonerbehälter',
  'waste toner box': 'Resttonerbehälter',
  'waste toner bottle': 'Resttonerflasche',
  'waste toner container': 'Resttonerbehälter',
  'waste ink': 'Resttintenbehälter',
  'waste ink box': 'Resttintenbehälter',
  'maintenance box': 'Wartungsbox',
  'maintenance kit': 'Wartungskit',
  fuser: 'Fixiereinheit',
  'fuser unit': 'Fixiereinheit',
  'transfer belt': 'Transferband',
  'imaging unit': 'Bildeinheit',
  paper: 'Papier',
  staples: 'Heftklammern',
} as const;

const GERMAN: ReadonlyMap<string, string> = new Map([
  ...Object.entries(KINDS),
  ...Object.entries(OTHERS),
  ...Object.entries(COLOURS).flatMap(([colour, inGerman]) =>
    Object.entries(KINDS).map(([kind, noun]): [string, string] => [
      `${colour} ${kind}`,
      `${noun} ${inGerman}`,
    ]),
  ),
]);

/** A slot's name for a reader: the trade's own in their language; what an operator named otherwise stays as it is. */
export function slotName(name: string, language: Language): string {
  return language === 'en' ? name : (GERMAN.get(name.trim().toLowerCase()) ?? name);
}
