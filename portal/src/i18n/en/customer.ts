/** Words of the customer's pages. */
export const customer = {
  nav: {
    label: 'Main',
    home: 'Home',
    orders: 'Orders',
    away: 'Away',
    messages: 'Messages',
    privacy: 'Privacy',
    settings: 'Settings',
    more: 'More',
    household: 'Household',
  },
  welcome: {
    title: 'Set up your household',
    text: 'Devices, limits and orders belong to a household or firm. You can invite others later.',
    name: 'What should we call it?',
    namePlaceholder: 'Weber family',
    country: 'Country',
    countryText: 'Decides which consumer rights apply.',
    currency: 'Currency',
    timeZone: 'Time zone',
    submit: 'Continue',
  },
} as const;
