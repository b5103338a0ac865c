import { consentSchema } from '../../contracts/http/consents.ts';
import { customerSchema } from '../../contracts/http/customers.ts';
import { deviceModelSchema } from '../../contracts/http/device-models.ts';
import { createdDevicesSchema } from '../../contracts/http/devices.ts';
import { createdMerchantSchema } from '../../contracts/http/merchants.ts';
import { productSchema } from '../../contracts/http/products.ts';
import type { CatalogueItem } from '../../contracts/merchant.ts';
import type { ApiClient } from '../demo/api-client.ts';

const SLOTS = ['black', 'cyan', 'magenta', 'yellow'] as const;
export type SlotKey = (typeof SLOTS)[number];
const CURRENCY = 'EUR';
export const LEAD_TIME_PMF = [0, 0.6, 0.4];

/** What the merchant sells: one cartridge for each slot. */
export const GOODS: readonly CatalogueItem[] = SLOTS.map((key, i) => ({
  sku: `CHAOS-${key.toUpperCase()}`,
  name: `${key} cartridge`,
  unitPriceMinor: 4000 + 500 * i,
  currency: CURRENCY,
  packSize: 1,
  minimumQuantity: 1,
}));

/** Limits of everybody's mandate; every fourth customer's month is tight. */
const LIMITS = {
  maxUnitPriceMinor: 9_000,
  maxQuantity: 3,
  generousMinor: 2_000_000,
  tightMinor: 90_000,
};

export interface ChaosCustomer {
  readonly id: string;
  readonly maxSpendPerMonthMinor: number;
  consentId: string | null;
}

export interface ChaosDeviceAccount {
  readonly id: string;
  readonly secret: string;
  readonly customer: ChaosCustomer;
  readonly consumables: ReadonlyMap<SlotKey, string>;
}

export interface ChaosWorld {
  readonly merchantId: string;
  readonly webhookSecret: string;
  readonly productIds: readonly string[];
  readonly customers: readonly ChaosCustomer[];
  readonly devices: readonly ChaosDeviceAccount[];
}

/** Customers with consents, devices, products and the merchant, by the public API. */
export async function registerChaosWorld(
  api: ApiClient,
  options: {
    readonly merchantUrl: string;
    readonly apiKey: string;
    readonly customers: number;
    readonly devicesEach: number;
  },
): Promise<ChaosWorld> {
  const slots = SLOTS.map((key) => ({
    key,
    name: `${key} cartridge`,
    gaugeQuantum: 0.01,
    gaugeNoise: 0.004,
    typicalLifeDays: 6,
  }));
  const model = await api.post(
    '/v1/device-models',
    { make: 'Chaos', model: 'Printer', family: 'printer', slots },
    deviceModelSchema,
  );
  const merchant = await api.post(
    '/v1/merchants',
    {
      name: 'Chaos',
      baseUrl: options.merchantUrl,
      apiKey: options.apiKey,
      leadTimePmf: LEAD_TIME_PMF,
      combinesParcels: true,
    },
    createdMerchantSchema,
  );
  const productIds: string[] = [];
  for (const [i, item] of GOODS.entries()) {
    const fits = [{ deviceModelId: model.id, slotKey: SLOTS[i] }];
    const product = await api.post('/v1/products', { ...item, merchantId: merchant.id, fits }, productSchema);
    productIds.push(product.id);
  }
  const customers: ChaosCustomer[] = [];
  const devices: ChaosDeviceAccount[] = [];
  for (let i = 0; i < options.customers; i += 1) {
    const body = {
      name: `Customer ${i + 1}`,
      email: `customer-${i + 1}@example.org`,
      timeZone: 'Europe/Berlin',
      currency: CURRENCY,
    };
    const { id } = await api.post('/v1/customers', body, customerSchema);
    const maxSpendPerMonthMinor = i % 4 === 3 ? LIMITS.tightMinor : LIMITS.generousMinor;
    const customer: ChaosCustomer = { id, maxSpendPerMonthMinor, consentId: null };
    await grant(api, customer, productIds);
    customers.push(customer);
    devices.push(...(await registerDevices(api, customer, model.id, options.devicesEach)));
  }
  return { merchantId: merchant.id, webhookSecret: merchant.webhookSecret, productIds, customers, devices };
}

/** The customer consents to automatic orders, perhaps again. */
export async function grant(
  api: ApiClient,
  customer: ChaosCustomer,
  productIds: readonly string[],
): Promise<void> {
  const consent = await api.post(
    '/v1/consents',
    {
      customerId: customer.id,
      purpose: 'automatic-order',
      version: 'chaos-1',
      text: 'Order for me, within the limits below.',
      language: 'en',
      method: 'chaos',
      mandate: {
        productIds: [...productIds],
        currency: CURRENCY,
        maxUnitPriceMinor: LIMITS.maxUnitPriceMinor,
        maxQuantity: LIMITS.maxQuantity,
        maxSpendPerMonthMinor: customer.maxSpendPerMonthMinor,
        deliveryAddress: {
          recipient: customer.id,
          street: 'Street 1',
          postalCode: '10115',
          city: 'Berlin',
          country: 'DE',
        },
      },
    },
    consentSchema,
  );
  customer.consentId = consent.id;
}

async function registerDevices(
  api: ApiClient,
  customer: ChaosCustomer,
  deviceModelId: string,
  count: number,
): Promise<ChaosDeviceAccount[]> {
  const devices = Array.from({ length: count }, (_, i) => ({
    customerId: customer.id,
    deviceModelId,
    name: `Printer ${i + 1}`,
    strategy: 'automatic',
  }));
  const created = await api.post('/v1/devices/bulk', { devices }, createdDevicesSchema);
  return created.devices.map(({ id, secret, consumables }) => ({
    id,
    secret,
    customer,
    consumables: new Map(
      consumables.flatMap(({ id: consumableId, key }) => {
        const slot = SLOTS.find((candidate) => candidate === key);
        return slot === undefined ? [] : [[slot, consumableId] as const];
      }),
    ),
  }));
}
