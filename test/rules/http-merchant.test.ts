import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PlaceOrder } from '../../contracts/merchant.ts';
import { createHttpMerchant } from '../../rules/merchants/http-merchant.ts';
import type { MerchantPort } from '../../rules/merchants/merchant-port.ts';
import { merchantOf } from '../../rules/merchants/registry.ts';
import { eventually } from '../support/eventually.ts';
import { type Fault, startMerchant, type TestMerchant } from '../support/merchant.ts';

const purchase = (): PlaceOrder => ({
  clientReference: randomUUID(),
  sku: 'TN-1',
  quantity: 1,
  maxTotalMinor: 5000,
  currency: 'EUR',
  deliveryAddress: { city: 'Berlin' },
  paymentReference: null,
});

describe('the HTTP merchant', () => {
  let shop: TestMerchant;
  let port: MerchantPort;
  beforeEach(async () => {
    shop = await startMerchant(() => Date.UTC(2026, 10, 21));
    const { url: baseUrl, apiKey } = shop;
    port = createHttpMerchant({ baseUrl, apiKey, writeTimeoutMs: 300, readTimeoutMs: 300 });
  });
  afterEach(() => shop[Symbol.asyncDispose]());

  test('buys, finds, quotes and cancels', async () => {
    const order = purchase();
    const placed = await port.place(order);
    expect(placed).toMatchObject({ outcome: 'accepted', order: { clientReference: order.clientReference } });
    expect(await port.find(order.clientReference)).toMatchObject({
      outcome: 'found',
      order: { reference: 'P-1' },
    });
    expect(await port.find(randomUUID())).toEqual({ outcome: 'none' });
    expect(await port.quote('TN-1', 2)).toMatchObject({ outcome: 'quoted', quote: { totalMinor: 10_000 } });
    expect(await port.cancel({ reference: 'P-1', clientReference: randomUUID() })).toEqual({
      outcome: 'cancelled',
    });
  });

  test('a purchase that has left cannot be cancelled', async () => {
    await port.place(purchase());
    for (const booked of shop.purchases) booked.status = 'shipped';
    expect(await port.cancel({ reference: 'P-1', clientReference: randomUUID() })).toEqual({
      outcome: 'refused',
    });
  });

  test.each<Fault>(['silent-after', 'error-after', 'malformed', 'other-order', 'error-before', 'hang'])(
    'after %s nothing is known, and the same key settles it without a second purchase',
    async (fault) => {
      const order = purchase();
      shop.faults.push(fault);
      expect(await port.place(order)).toMatchObject({ outcome: 'unknown' });
      expect(await port.place(order)).toMatchObject({ outcome: 'accepted' });
      expect(shop.purchases).toHaveLength(1);
    },
  );

  test('an answer that does not end is left alone, and nothing is known', async () => {
    let left = 0;
    const endless = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (response.write(Buffer.alloc(65_536, ' ')));
      };
      response.on('drain', more).on('close', () => {
        left += 1;
      });
      more();
    });
    endless.listen(0, '127.0.0.1');
    await once(endless, 'listening');
    const baseUrl = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    const talkative = createHttpMerchant({
      ...{ baseUrl, apiKey: 'key', writeTimeoutMs: 60_000, readTimeoutMs: 60_000 },
    });
    const unknown = { outcome: 'unknown', detail: 'The answer is too long.' };
    expect(await talkative.place(purchase())).toEqual(unknown);
    expect(await talkative.quote('TN-1', 1)).toEqual(unknown);
    await eventually(() => expect(left).toBe(2));
    endless.close();
  });

  test('control: a fresh key after a lost answer buys twice', async () => {
    shop.faults.push('silent-after');
    await port.place(purchase());
    await port.place(purchase());
    expect(shop.purchases).toHaveLength(2);
  });

  test('a higher price than announced is a rejection, a wrong token is not', async () => {
    shop.prices.set('TN-1', 6000);
    expect(await port.place(purchase())).toMatchObject({
      outcome: 'rejected',
      rejection: { code: 'price-changed' },
    });
    const stranger = createHttpMerchant({
      baseUrl: shop.url,
      apiKey: 'another key',
      writeTimeoutMs: 300,
      readTimeoutMs: 300,
    });
    expect(await stranger.place(purchase())).toMatchObject({ outcome: 'unknown' });
    expect(await stranger.find(randomUUID())).toMatchObject({ outcome: 'unknown' });
  });

  test('a merchant that is away is unknown to every question', async () => {
    await shop[Symbol.asyncDispose]();
    const answers = await Promise.all([
      port.place(purchase()),
      port.find(randomUUID()),
      port.cancel({ reference: 'P-1', clientReference: randomUUID() }),
      port.quote('TN-1', 1),
    ]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });

  test('the name of the adapter chooses it', () => {
    const account = { baseUrl: 'https://shop.example/', apiKey: 'k' };
    const settings = { merchantFolder: undefined };
    expect(merchantOf({ ...account, adapter: 'open-contract' }, settings)).toHaveProperty('place');
    expect(() => merchantOf({ ...account, adapter: 'carrier-pigeon' }, settings)).toThrow(RangeError);
  });
});
