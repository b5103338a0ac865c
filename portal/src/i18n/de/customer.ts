import type { Translated } from '../dictionary.ts';
import type { customer as english } from '../en/customer.ts';

export const customer: Translated<typeof english> = {
  nav: {
    label: 'Hauptmenü',
    home: 'Start',
    orders: 'Bestellungen',
    away: 'Abwesend',
    messages: 'Nachrichten',
    privacy: 'Datenschutz',
    settings: 'Einstellungen',
    more: 'Mehr',
    household: 'Haushalt',
  },
  welcome: {
    title: 'Richten Sie Ihren Haushalt ein',
    text: 'Geräte, Grenzen und Bestellungen gehören zu einem Haushalt oder einer Firma. Andere können Sie später einladen.',
    name: 'Wie sollen wir ihn nennen?',
    namePlaceholder: 'Familie Weber',
    country: 'Land',
    countryText: 'Bestimmt, welche Verbraucherrechte gelten.',
    currency: 'Währung',
    timeZone: 'Zeitzone',
    submit: 'Weiter',
  },
};
