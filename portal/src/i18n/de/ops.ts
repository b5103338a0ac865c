import type { Translated } from '../dictionary.ts';
import type { ops as english } from '../en/ops.ts';

export const ops: Translated<typeof english> = {
  title: 'Konsole',
  today: 'Heute',
  counts: {
    customers: 'Kunden',
    devices: 'Geräte',
    devicesOnline: 'Geräte online',
    consumables: 'Verbrauchsmaterialien',
  },
};
