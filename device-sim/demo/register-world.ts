import { customerSchema } from '../../contracts/http/customers.ts';
import { deviceModelSchema } from '../../contracts/http/device-models.ts';
import { createdDevicesSchema, MAX_BULK_DEVICES } from '../../contracts/http/devices.ts';
import { holdSchema } from '../../contracts/http/holds.ts';
import { createdMerchantSchema } from '../../contracts/http/merchants.ts';
import { productSchema } from '../../contracts/http/products.ts';
import type { DeviceKind } from '../fleet/device-kind.ts';
import { DeviceLink, type LinkOptions } from '../fleet/device-link.ts';
import type { Link } from '../fleet/link.ts';
import { SimDevice } from '../fleet/sim-device.ts';
import type { ApiClient } from './api-client.ts';
import { ConnectedDevice } from './connected-device.ts';
import { giveConsent } from './consents.ts';
import { CURRENCY, goodsOf, kindsOf } from './goods.ts';
import { termsOf } from './roles.ts';
import type { Customer, Place, World } from './world.ts';
import type { WorldPlan } from './world-plan.ts';

export interface RegistrationOptions {
  readonly api: ApiClient;
  readonly plan: WorldPlan;
  readonly merchant: {
    readonly url: string;
    readonly apiKey: string;
    readonly leadTimePmf: readonly number[];
  };
  readonly mqtt: { readonly host: string; readonly port: number };
  /** Of a device that does not connect by itself; undefined: it does. */
  readonly bridgeFor: (device: SimDevice, link: LinkOptions) => Promise<Link | undefined>;
}

export interface RegisteredWorld extends World {
  readonly merchantId: string;
  readonly webhookSecret: string;
}

interface ProductRef {
  readonly id: string;
  readonly sku: string;
  readonly unitPriceMinor: number;
}

const idOf = ({ make, model }: DeviceKind): string => `${make} ${model}`;

/** Sets the world up through the public HTTP API, as an operator would. */
export async function registerWorld(options: RegistrationOptions): Promise<RegisteredWorld> {
  const { api, plan, merchant } = options;
  const modelIds = await registerModels(api, kindsOf(plan));
  const shop = await api.post(
    '/v1/merchants',
    {
      name: 'Simulated merchant',
      baseUrl: merchant.url,
      apiKey: merchant.apiKey,
      leadTimePmf: merchant.leadTimePmf,
      combinesParcels: true,
    },
    createdMerchantSchema,
  );
  const products = await registerProducts(api, plan, shop.id, modelIds);
  const customers = await registerCustomers(api, plan, products);
  const { devices, places } = await registerDevices(options, customers, modelIds);
  return { customers, devices, places, merchantId: shop.id, webhookSecret: shop.webhookSecret };
}

async function registerModels(api: ApiClient, kinds: readonly DeviceKind[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const kind of kinds) {
    const slots = kind.slots.map((slot) => ({
      key: slot.key,
      name: slot.name,
      polarity: slot.polarity,
      gaugeQuantum: slot.gaugeQuantum,
      gaugeNoise: slot.gaugeNoise,
      unit: slot.amount?.unit ?? null,
      capacity: slot.amount?.capacity ?? null,
      // The counter counts all uses: it measures only what every use draws on.
      counterKey: slot.shareOfUses === 1 ? kind.counterKey : null,
      yieldUses: slot.yieldUses,
      typicalLifeDays: slot.typicalLifeDays,
      shelfLifeDays: slot.shelfLifeDays ?? null,
    }));
    const { make, model, family } = kind;
    const created = await api.post('/v1/device-models', { make, model, family, slots }, deviceModelSchema);
    ids.set(idOf(kind), created.id);
  }
  return ids;
}

async function registerProducts(
  api: ApiClient,
  plan: WorldPlan,
  merchantId: string,
  modelIds: ReadonlyMap<string, string>,
): Promise<Map<string, ProductRef>> {
  const products = new Map<string, ProductRef>();
  for (const item of goodsOf(plan)) {
    const fits = kindsOf(plan).flatMap((kind) =>
      kind.slots
        .filter((slot) => slot.product.sku === item.sku)
        .map((slot) => ({ deviceModelId: modelIds.get(idOf(kind)), slotKey: slot.key })),
    );
    products.set(item.sku, await api.post('/v1/products', { ...item, merchantId, fits }, productSchema));
  }
  return products;
}

/** Where the customer's mails go: into the platform's folder of mails. */
const addressOf = (name: string): string =>
  `${name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '.')}@example.org`;

async function registerCustomers(
  api: ApiClient,
  plan: WorldPlan,
  products: ReadonlyMap<string, ProductRef>,
): Promise<Customer[]> {
  const customers: Customer[] = [];
  for (const customerPlan of plan.customers) {
    const { name, timeZone } = customerPlan;
    const [email, language] = [addressOf(name), customers.length % 2 === 0 ? 'en' : 'de'];
    const body = { name, email, language, timeZone, currency: CURRENCY };
    const { id } = await api.post('/v1/customers', body, customerSchema);
    const skus = customerPlan.devices.flatMap(({ kind }) => kind.slots.map((slot) => slot.product.sku));
    const wanted = [...new Set(skus)].flatMap((sku) => products.get(sku) ?? []);
    const consent = await giveConsent(api, { id, plan: customerPlan }, wanted);
    const customer: Customer = {
      id,
      plan: customerPlan,
      consent,
      approved: new Set(),
      declined: 0,
      toldHolds: [],
    };
    for (const hold of customerPlan.holds.filter(({ toldOnDay }) => toldOnDay === 0)) {
      await tellHold(api, customer, hold, 0);
    }
    customers.push(customer);
  }
  return customers;
}

/** The customer tells the platform of days away; `afterPurchase`: purchases that were booked before. */
export async function tellHold(
  api: ApiClient,
  customer: Customer,
  hold: Customer['plan']['holds'][number],
  afterPurchase: number,
): Promise<void> {
  const body = { customerId: customer.id, startsOn: hold.from, endsOn: hold.to, reason: 'Vacation' };
  await api.post('/v1/holds', body, holdSchema);
  customer.toldHolds.push({ hold, afterPurchase });
}

async function registerDevices(
  { api, plan, mqtt, bridgeFor }: RegistrationOptions,
  customers: readonly Customer[],
  modelIds: ReadonlyMap<string, string>,
): Promise<{ devices: ConnectedDevice[]; places: Map<string, Place> }> {
  const wanted = customers.flatMap((customer) =>
    customer.plan.devices.map((device) => ({ customer, device })),
  );
  const devices: ConnectedDevice[] = [];
  const places = new Map<string, Place>();
  for (let from = 0; from < wanted.length; from += MAX_BULK_DEVICES) {
    const batch = wanted.slice(from, from + MAX_BULK_DEVICES);
    const body = batch.map(({ customer, device }) => ({
      customerId: customer.id,
      deviceModelId: modelIds.get(idOf(device.kind)),
      // The household knows whose it is.
      name: `${device.kind.make} ${device.kind.model}`,
      strategy: termsOf(customer.plan.role).strategy,
    }));
    const created = await api.post('/v1/devices/bulk', { devices: body }, createdDevicesSchema);
    for (const [i, { customer, device }] of batch.entries()) {
      const registered = created.devices[i];
      if (registered === undefined) throw new Error('The platform registered fewer devices than asked.');
      const sim = new SimDevice(device, plan.seed, customer.plan.timeZone);
      const own = { ...mqtt, deviceId: registered.id, secret: registered.secret };
      const link = (await bridgeFor(sim, own)) ?? new DeviceLink(own);
      devices.push(new ConnectedDevice({ device: sim, customer, id: registered.id, link }));
      for (const slot of sim.slots) {
        const consumable = registered.consumables.find(({ key }) => key === slot.kind.key);
        if (consumable === undefined) throw new Error(`The platform knows no ${slot.kind.key}.`);
        places.set(consumable.id, {
          consumableId: consumable.id,
          productId: consumable.productId,
          customer,
          device: sim,
          slot,
        });
      }
    }
  }
  return { devices, places };
}
