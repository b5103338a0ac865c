/** Where customers live (ISO 3166); others are added as Neverout is offered there. */
export const COUNTRIES: readonly string[] =
  'AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO NZ PL PT RO SE SI SK US'.split(
    ' ',
  );
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

/** The region of the browser's language, else that of Berlin's time: the person corrects it. */
export function guessCountry(): string {
  const regions = navigator.languages.map((tag) => new Intl.Locale(tag).maximize().region ?? '');
  return regions.find((region) => COUNTRIES.includes(region)) ?? 'DE';
}

export const guessCurrency = (country: string): string => OWN_CURRENCY[country] ?? 'EUR';
