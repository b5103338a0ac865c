import { useTranslation } from 'react-i18next';
import { useFormat } from '../../ui/use-format.ts';
import { addressLine } from '../consumable/limits.tsx';
import { useCustomer } from '../current-customer.tsx';
import type { Device, Product } from '../data/consumables.ts';
import type { Purpose } from './agree.ts';
import { addressOf, type LimitValues, toMinor } from './mandate-limits.ts';

export type Texts = Readonly<Record<Purpose | 'summary', string>>;

/** The exact words of each consent, as they are shown and as they are kept. */
export function useTexts(device: Device, products: readonly Product[], limits: LimitValues): Texts {
  const { t } = useTranslation('customer');
  const { currency } = useCustomer().customer;
  const format = useFormat();
  const money = (amount: number | '') => format.money(toMinor(amount, currency), currency);
  const terms = {
    maxPrice: money(limits.maxPrice),
    quantity: t('connect.quantity', { count: Number(limits.maxQuantity) }),
    maxMonth: money(limits.maxMonth),
    address: addressLine(addressOf(limits)),
  };
  const names = products.map(({ name }) => name).join(', ');
  return {
    telemetry: t('connect.telemetryText', { device: device.name }),
    coaching: t('connect.coachingText', { device: device.name }),
    'automatic-order': t('connect.orderText', { device: device.name, products: names, ...terms }),
    summary: t('connect.summaryText', terms),
  };
}
