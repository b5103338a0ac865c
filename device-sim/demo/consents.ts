import { consentSchema } from '../../contracts/http/consents.ts';
import type { ApiClient } from './api-client.ts';
import { CURRENCY, SHIPPING_MINOR } from './goods.ts';
import { termsOf } from './roles.ts';
import type { GivenConsent } from './world.ts';
import type { CustomerPlan } from './world-plan.ts';

const PRICE_CEILING_MINOR = 30_000;
const SPEND_CEILING_MINOR = 150_000;
const MAX_QUANTITY = 4;

const TEXT =
  'Order what my devices use up, from the products and within the limits below, announced a day before. I can cancel each order and take this back at any time.';

interface Product {
  readonly id: string;
  readonly sku: string;
  readonly unitPriceMinor: number;
}

const highest = (products: readonly Product[]): number =>
  Math.max(...products.map((product) => product.unitPriceMinor));

function limitsOf(plan: CustomerPlan, products: readonly Product[]) {
  const { consent } = termsOf(plan.role);
  const cheapest = Math.min(...products.map((product) => product.unitPriceMinor));
  return {
    maxUnitPriceMinor: consent === 'low-price' ? cheapest - 1 : PRICE_CEILING_MINOR,
    maxQuantity: MAX_QUANTITY,
    maxSpendPerMonthMinor: consent === 'budget' ? highest(products) + SHIPPING_MINOR : SPEND_CEILING_MINOR,
  };
}

/** The customer's consent to automatic orders, as the role wants it; null for those who give none. */
export async function giveConsent(
  api: ApiClient,
  customer: { readonly id: string; readonly plan: CustomerPlan },
  products: readonly Product[],
): Promise<GivenConsent | null> {
  const { plan } = customer;
  if (termsOf(plan.role).consent === 'none' || products.length === 0) return null;
  const limits = limitsOf(plan, products);
  const consent = await api.post(
    '/v1/consents',
    {
      customerId: customer.id,
      purpose: 'automatic-order',
      version: 'demo-1',
      text: TEXT,
      language: 'en',
      method: 'simulated customer',
      mandate: {
        ...limits,
        productIds: products.map((product) => product.id),
        currency: CURRENCY,
        deliveryAddress: {
          recipient: plan.name,
          street: 'Main street 1',
          postalCode: '10115',
          city: plan.timeZone.replace('Europe/', ''),
          country: 'DE',
        },
      },
    },
    consentSchema,
  );
  return {
    id: consent.id,
    grantedAt: consent.grantedAt.getTime(),
    withdrawn: null,
    skus: new Set(products.map((product) => product.sku)),
    ...limits,
  };
}
