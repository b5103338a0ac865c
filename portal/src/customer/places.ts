/** Where customers live (ISO 3166); others are added as Neverout is offered there. */
const COUNTRIES: readonly string[] =
  'AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO NZ PL PT RO SE SI SK US'.split(
    ' ',
  );
/** Countries with their names in a language, as a list to choose from. */
export function countryOptions(language: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  return COUNTRIES.map((value) => ({ value, label: names.of(value) ?? value }));
}

export const CURRENCIES: readonly string[] =
  'EUR AUD BGN CAD CHF CZK DKK GBP HUF ISK NOK NZD PLN RON SEK USD'.split(' ');

const OWN_CURRENCY: Readonly<Record<string, string>> = {
  AU: 'AUD',
  CA: 'CAD',
  CH: 'CHF',
  CZ: 'CZK',
  DK: 'DKK',
  GB: 'GBP',
  HU: 'HUF',
  IS: 'ISK',
  LI: 'CHF',
  NO: 'NOK',
  NZ: 'NZD',
  PL: 'PLN',
  RO: 'RON',
  SE: 'SEK',
  US: 'USD',
};

/** Capitals' time zones: where somebody is says more than which English they read. */
const ZONES: Readonly<Record<string, string>> = {
  'Europe/Amsterdam': 'NL',
  'Europe/Athens': 'GR',
  'Europe/Berlin': 'DE',
  'Europe/Bratislava': 'SK',
  'Europe/Brussels': 'BE',
  'Europe/Bucharest': 'RO',
  'Europe/Budapest': 'HU',
  'Europe/Copenhagen': 'DK',
  'Europe/Dublin': 'IE',
  'Europe/Helsinki': 'FI',
  'Europe/Lisbon': 'PT',
  'Europe/Ljubljana': 'SI',
  'Europe/London': 'GB',
  'Europe/Luxembourg': 'LU',
  'Europe/Madrid': 'ES',
  'Europe/Oslo': 'NO',
  'Europe/Paris': 'FR',
  'Europe/Prague': 'CZ',
  'Europe/Riga': 'LV',
  'Europe/Rome': 'IT',
  'Europe/Sofia': 'BG',
  'Europe/Stockholm': 'SE',
  'Europe/Tallinn': 'EE',
  'Europe/Vaduz': 'LI',
  'Europe/Vienna': 'AT',
  'Europe/Vilnius': 'LT',
  'Europe/Warsaw': 'PL',
  'Europe/Zagreb': 'HR',
  'Europe/Zurich': 'CH',
};

/** From the time zone, else from the browser's languages: the person corrects it. */
export function guessCountry(): string {
  const zone = ZONES[Intl.DateTimeFormat().resolvedOptions().timeZone];
  if (zone !== undefined) return zone;
  const regions = navigator.languages.map((tag) => new Intl.Locale(tag).maximize().region ?? '');
  return regions.find((region) => COUNTRIES.includes(region)) ?? 'DE';
}

export const guessCurrency = (country: string): string => OWN_CURRENCY[country] ?? 'EUR';
