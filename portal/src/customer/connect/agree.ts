import { currentLanguage } from '../../i18n/i18n.ts';
import type { CustomerRecord } from '../current-customer.tsx';
import { type Consent, giveConsent } from '../data/consents.ts';
import type { Device, Product } from '../data/consumables.ts';
import { addressOf, type LimitValues, toMinor } from './mandate-limits.ts';
import type { Texts } from './use-texts.ts';

export type Purpose = Consent['purpose'];

/** Of the texts in i18n: changes whenever their words do. */
const TEXT_VERSION = '2026-11';

interface Agreement {
  readonly customer: CustomerRecord;
  readonly device: Device;
  readonly products: readonly Product[];
  readonly texts: Texts;
  readonly ticked: ReadonlySet<Purpose>;
  readonly limits: LimitValues;
}

/** Gives every ticked consent, for this device alone, with the words that were shown. */
export async function agree(agreement: Agreement): Promise<readonly Consent[]> {
  const { customer, device, texts, ticked } = agreement;
  const given: Consent[] = [];
  for (const purpose of ticked) {
    given.push(
      await giveConsent({
        customerId: customer.id,
        deviceId: device.id,
        purpose,
        version: TEXT_VERSION,
        text: texts[purpose],
        language: currentLanguage(),
        method: 'portal checkbox',
        ...(purpose === 'automatic-order' ? { mandate: mandateOf(agreement) } : {}),
      }),
    );
  }
  return given;
}

function mandateOf({ customer: { currency }, products, limits }: Agreement) {
  return {
    productIds: products.map(({ id }) => id),
    currency,
    maxUnitPriceMinor: toMinor(limits.maxPrice, currency),
    maxQuantity: Number(limits.maxQuantity),
    maxSpendPerMonthMinor: toMinor(limits.maxMonth, currency),
    deliveryAddress: addressOf(limits),
  };
}
