/** Places of the console with the key that follows `g`. */
export const PLACES = [
  { to: '/ops', key: 'today', go: 't' },
  { to: '/ops/review', key: 'review', go: 'r' },
  { to: '/ops/orders', key: 'orders', go: 'o' },
  { to: '/ops/issues', key: 'issues', go: 'p' },
  { to: '/ops/consumables', key: 'consumables', go: 'c' },
  { to: '/ops/devices', key: 'devices', go: 'd' },
  { to: '/ops/customers', key: 'customers', go: 'u' },
  { to: '/ops/forecast', key: 'forecast', go: 'f' },
  { to: '/ops/shadow', key: 'shadow', go: 's' },
  { to: '/ops/halt', key: 'halt', go: 'h' },
  { to: '/ops/dead-letters', key: 'deadLetters', go: 'l' },
  { to: '/ops/webhooks', key: 'webhooks', go: 'w' },
  { to: '/ops/audit', key: 'audit', go: 'a' },
  { to: '/ops/settings', key: 'settings', go: 'e' },
] as const;
