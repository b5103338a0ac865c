/** Words of the console. */
export const ops = {
  title: 'Console',
  today: 'Today',
  counts: {
    customers: 'Customers',
    devices: 'Devices',
    devicesOnline: 'Devices online',
    consumables: 'Consumables',
  },
} as const;
