import { connectAsync, type MqttClient } from 'mqtt';
import { topicOf } from '../../../contracts/mqtt.ts';
import { startMerchant } from '../../support/merchant.ts';
import type { ServedPlatform } from './platform.ts';

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What shops sell and models take: the same for every household of a test. */
export interface Catalogue extends AsyncDisposable {
  readonly modelId: string;
  readonly merchantId: string;
  readonly blackId: string;
}

/** A printer model with two slots, a merchant with a toner for one of them, and somebody who answers for it all. */
export async function makeCatalogue({ call, clock }: ServedPlatform): Promise<Catalogue> {
  const shop = await startMerchant(clock.now);
  shop.prices.set('BK-100', 8990);
  await call('PUT', '/v1/operator', {
    name: 'Neverout GmbH',
    address: 'Hauptstraße 1, 10115 Berlin',
    email: 'privacy@neverout.example',
    privacyPolicyUrl: 'https://neverout.example/privacy',
  });
  const model = await call('POST', '/v1/device-models', {
    make: 'Acme',
    model: 'Laser 100',
    family: 'laser printer',
    slots: [
      { key: 'black', name: 'Black toner', typicalLifeDays: 60, yieldUses: 3000, counterKey: 'pages' },
      { key: 'cyan', name: 'Cyan toner', typicalLifeDays: 90 },
    ],
  });
  const merchant = await call('POST', '/v1/merchants', {
    name: 'Office Supplies',
    baseUrl: shop.url,
    apiKey: shop.apiKey,
    leadTimePmf: [0, 0.5, 0.5],
  });
  const product = await call('POST', '/v1/products', {
    merchantId: merchant.id,
    sku: 'BK-100',
    name: 'Acme black toner',
    unitPriceMinor: 8990,
    currency: 'EUR',
    fits: [{ deviceModelId: model.id, slotKey: 'black' }],
  });
  return {
    modelId: model.id,
    merchantId: merchant.id,
    blackId: product.id,
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
  };
}

export interface Printer extends AsyncDisposable {
  readonly id: string;
  /** For whoever claims it. */
  readonly claimCode: string;
  /** Publishes one reading at the platform's now. */
  readonly publish: (black: number) => Promise<void>;
  /** Publishes an event; `historical` ones come out of its memory. */
  readonly tell: (event: {
    type: string;
    consumable?: string;
    at: number;
    historical?: boolean;
  }) => Promise<void>;
  /** The same as `publish`, and has it evaluated. */
  readonly report: (black: number) => Promise<void>;
}

/** A printer without an owner, connected to the broker. */
export async function makePrinter(served: ServedPlatform, modelId: string, name: string): Promise<Printer> {
  const { call, platform, clock } = served;
  const { id, secret, claimCode } = await call('POST', '/v1/devices', { deviceModelId: modelId, name });
  const client: MqttClient = await connectAsync({
    host: '127.0.0.1',
    port: platform.ports['mqtt'] ?? 0,
    clientId: id,
    username: id,
    password: secret,
    reconnectPeriod: 0,
  });
  let seq = 0;
  const publish = async (black: number) => {
    seq += 1;
    const payload = {
      v: 1,
      at: new Date(clock.now()).toISOString(),
      seq,
      consumables: { black: { level: black } },
      counters: { pages: Math.round(3000 * (1 - black)) },
    };
    await client.publishAsync(topicOf(id, 'telemetry'), JSON.stringify(payload), { qos: 1 });
  };
  const tell: Printer['tell'] = async ({ at, ...event }) => {
    seq += 1;
    const payload = { v: 1, at: new Date(at).toISOString(), seq, ...event };
    await client.publishAsync(topicOf(id, 'event'), JSON.stringify(payload), { qos: 1 });
  };
  const report = async (black: number) => {
    await publish(black);
    await platform.drain();
  };
  return { id, claimCode, publish, tell, report, [Symbol.asyncDispose]: () => client.endAsync() };
}

/** Lives through days of even use, two readings a day, from one level to another. */
export async function useUp(
  served: ServedPlatform,
  printer: Printer,
  days: number,
  from: number,
  to: number,
): Promise<void> {
  const steps = days * 2;
  const start = served.clock.now();
  for (let step = 1; step <= steps; step += 1) {
    served.clock.advanceTo(start + step * 12 * HOUR_MS);
    await printer.publish(from + ((to - from) * step) / steps);
    // What is near its end is looked at twice a day, the rest now and then: it makes the tests fast.
    if (step % 6 === 0 || steps - step < 4) await served.platform.drain();
  }
}

/** Two hundredths a day, until an order is announced. Evaluated once it may matter, which keeps the tests fast. */
export async function useUpUntilAnnounced(
  served: ServedPlatform,
  printer: Printer,
  from: number,
): Promise<void> {
  const { clock, platform, call } = served;
  for (let level = from; level > 0.02; level -= 0.02) {
    clock.advanceTo(clock.now() + DAY_MS);
    await printer.publish(level);
    if (level > 0.34) continue;
    await platform.drain();
    const { items } = await call('GET', '/v1/orders?status=announced');
    if (items.length > 0) return;
  }
  throw new Error('No order was announced before the device was empty.');
}
