import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import {
  catalogueSchema,
  type MerchantWebhook,
  merchantOrderSchema,
  merchantOrdersSchema,
  merchantWebhookSchema,
  type PlaceOrder,
  quoteSchema,
  rejectionSchema,
} from '../../contracts/merchant.ts';
import { localDate } from '../../core/calendar.ts';
import { DAY_MS } from '../../core/types.ts';
import { chanceOf } from '../../device-sim/backtest/chance.ts';
import { countBoxes } from '../../device-sim/demo/report.ts';
import { buildMerchant, type SimulatedMerchant } from '../../device-sim/merchant/build-merchant.ts';
import { type FaultRates, NO_FAULTS } from '../../device-sim/merchant/faults.ts';
import { drawJourney } from '../../device-sim/merchant/purchase.ts';
import { ManualClock } from '../../platform/clock.ts';

const START = Date.parse('2027-01-04T06:00:00Z');
const CALENDAR = { timeZone: 'Europe/Berlin', closures: [], holds: [] };
const API_KEY = 'a-token-of-the-merchant';
const PMF = [0, 0.2, 0.5, 0.3];

interface Peer extends AsyncDisposable {
  readonly merchant: SimulatedMerchant;
  readonly clock: ManualClock;
  readonly call: (method: string, path: string, body?: unknown, headers?: object) => Promise<Response>;
}

async function startMerchant(faults: FaultRates = NO_FAULTS): Promise<Peer> {
  const clock = new ManualClock(START);
  const merchant = buildMerchant({
    clock,
    apiKey: API_KEY,
    faults,
    seed: 1,
    leadTimePmf: PMF,
    calendar: CALENDAR,
    shippingMinor: 390,
    items: [
      {
        sku: 'TONER',
        name: 'Toner',
        unitPriceMinor: 5000,
        currency: 'EUR',
        packSize: 1,
        minimumQuantity: 1,
      },
    ],
  });
  const url = await merchant.app.listen({ host: '127.0.0.1', port: 0 });
  const call: Peer['call'] = (method, path, body, headers) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { merchant, clock, call, [Symbol.asyncDispose]: () => merchant.app.close() };
}

const anOrder = (more: Partial<PlaceOrder> = {}): PlaceOrder => ({
  clientReference: randomUUID(),
  sku: 'TONER',
  quantity: 2,
  maxTotalMinor: 10_390,
  currency: 'EUR',
  deliveryAddress: { street: 'Hauptstr. 1', city: 'Kiel' },
  paymentReference: null,
  ...more,
});

const place = (peer: Peer, order: PlaceOrder, key = order.clientReference): Promise<Response> =>
  peer.call('POST', '/orders', order, { 'idempotency-key': key });

describe('orders', () => {
  test('catalogue and quotes keep the contract', async () => {
    await using peer = await startMerchant();
    const catalogue = catalogueSchema.parse(await (await peer.call('GET', '/catalogue')).json());
    expect(catalogue.items.map((item) => item.sku)).toEqual(['TONER']);
    const quote = quoteSchema.parse(
      await (await peer.call('POST', '/quotes', { sku: 'TONER', quantity: 3 })).json(),
    );
    // Monday: one to three business days.
    expect(quote).toMatchObject({
      totalMinor: 15_390,
      arrivesFrom: '2027-01-05',
      arrivesTo: '2027-01-07',
      available: true,
    });
  });

  test('the same key and body are one purchase, however often and at once', async () => {
    await using peer = await startMerchant();
    const order = anOrder();
    const answers = await Promise.all(Array.from({ length: 8 }, () => place(peer, order)));
    const orders = await Promise.all(
      answers.map(async (answer) => merchantOrderSchema.parse(await answer.json())),
    );
    expect(new Set(orders.map((known) => known.reference)).size).toBe(1);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(peer.merchant.ledger.purchases).toHaveLength(1);
    // Control: another key is another purchase.
    await place(peer, anOrder());
    expect(peer.merchant.ledger.purchases).toHaveLength(2);
  });

  test('what is for one box travels together, and its shipping is charged once, whoever offers to pay', async () => {
    await using peer = await startMerchant();
    const parcelReference = randomUUID();
    const buy = async (more: Partial<PlaceOrder>) =>
      merchantOrderSchema.parse(await (await place(peer, anOrder({ parcelReference, ...more }))).json());
    const paying = await buy({});
    peer.clock.advanceTo(START + 60_000);
    const free = await buy({ shippingPaid: true, maxTotalMinor: 10_000 });
    const offering = await buy({});
    const alone = await buy({ parcelReference: randomUUID() });
    const totals = [paying, free, offering, alone].map(({ totalMinor }) => totalMinor);
    expect(totals).toEqual([10_390, 10_000, 10_000, 10_390]);
    const { purchases } = peer.merchant.ledger;
    const [first, ...others] = purchases.map(({ deliversAt }) => deliversAt);
    expect(others.slice(0, 2)).toEqual([first, first]);
    expect(countBoxes(purchases)).toEqual({ boxes: 2, shared: 3, perPurchase: 0.5, savedMinor: 780 });
    // It has left: what is bought later needs a box of its own, and its own way.
    peer.clock.advanceTo(START + 30 * DAY_MS);
    await peer.merchant.advance(peer.clock.now());
    await buy({ shippingPaid: true });
    expect(purchases.at(-1)?.deliversAt).toBeGreaterThan(peer.clock.now());
  });

  test('the same key with another body is refused', async () => {
    await using peer = await startMerchant();
    const order = anOrder();
    await place(peer, order);
    const other = await place(peer, { ...order, quantity: 1 }, order.clientReference);
    expect(other.status).toBe(409);
    expect(peer.merchant.ledger.purchases).toHaveLength(1);
  });

  test('refuses strangers, missing keys, higher prices, and what it does not have', async () => {
    await using peer = await startMerchant();
    const stranger = await peer.call('GET', '/catalogue', undefined, { authorization: 'Bearer other' });
    expect(stranger.status).toBe(401);
    expect((await peer.call('POST', '/orders', anOrder())).status).toBe(400);
    const dear = await place(peer, anOrder({ maxTotalMinor: 10_389 }));
    expect(dear.status).toBe(422);
    expect(rejectionSchema.parse(await dear.json()).code).toBe('price-changed');
    const unknown = await place(peer, anOrder({ sku: 'INK' }));
    expect(rejectionSchema.parse(await unknown.json()).code).toBe('unknown-sku');
    peer.merchant.ledger.setAvailable('TONER', false);
    const soldOut = await place(peer, anOrder());
    expect(rejectionSchema.parse(await soldOut.json()).code).toBe('out-of-stock');
    expect(peer.merchant.ledger.purchases).toEqual([]);
  });

  test('is found by the client reference, and cancelled until it is shipped', async () => {
    await using peer = await startMerchant();
    const [early, late] = [anOrder(), anOrder()];
    const booked = merchantOrderSchema.parse(await (await place(peer, early)).json());
    const found = merchantOrdersSchema.parse(
      await (await peer.call('GET', `/orders?clientReference=${early.clientReference}`)).json(),
    );
    expect(found.orders).toEqual([booked]);
    const cancelled = await peer.call('POST', `/orders/${booked.reference}/cancel`);
    expect(merchantOrderSchema.parse(await cancelled.json()).status).toBe('cancelled');
    const second = merchantOrderSchema.parse(await (await place(peer, late)).json());
    peer.clock.advanceTo(START + 10 * DAY_MS);
    await peer.merchant.advance(peer.clock.now());
    expect((await peer.call('POST', `/orders/${second.reference}/cancel`)).status).toBe(409);
    expect(peer.merchant.ledger.purchases.map((purchase) => purchase.status)).toEqual([
      'cancelled',
      'delivered',
    ]);
  });

  test('a broken connection after booking leaves one purchase to be found and repeated', async () => {
    await using peer = await startMerchant({ ...NO_FAULTS, silentAfter: 0.5 });
    const orders = Array.from({ length: 12 }, () => anOrder());
    let broken = 0;
    for (const order of orders) {
      for (let tries = 0; tries < 20; tries += 1) {
        const answer = await place(peer, order).catch(() => null);
        if (answer !== null) break;
        broken += 1;
      }
    }
    expect(broken).toBeGreaterThan(0);
    expect(peer.merchant.ledger.purchases.map((purchase) => purchase.clientReference)).toEqual(
      orders.map((order) => order.clientReference),
    );
  });
});

test('a parcel always arrives on a business day within the promise', () => {
  const pmf = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
  const at = fc.integer({ min: START, max: START + 400 * DAY_MS });
  fc.assert(
    fc.property(
      pmf.filter((weights) => weights.some((p) => p > 0.001)),
      at,
      fc.integer(),
      (weights, placedAt, seed) => {
        const journey = drawJourney(placedAt, weights, CALENDAR, chanceOf(seed, 'test'));
        const date = localDate(journey.deliversAt, CALENDAR.timeZone);
        expect(date >= journey.arrivesFrom && date <= journey.arrivesTo).toBe(true);
        expect(journey.shipsAt).toBeGreaterThanOrEqual(placedAt);
        expect(journey.deliversAt).toBeGreaterThan(journey.shipsAt);
      },
    ),
  );
});

const SECRET = `whsec_${Buffer.from('a secret of twenty-four.').toString('base64')}`;

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function startReceiver(status: () => number) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(status()).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/`, received, [Symbol.asyncDispose]: close };
}

/** The signature alone, by the receiver's own arithmetic: the library compares with the wall clock. */
function signedContent({ headers, body }: Received): string {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000);
  return new Webhook(SECRET).sign(String(headers['webhook-id']), at, body);
}

describe('webhooks', () => {
  test('are signed, in order, and carry the status of their moment', async () => {
    await using peer = await startMerchant();
    await using receiver = await startReceiver(() => 204);
    peer.merchant.webhooks.subscribe({ url: receiver.url, secret: SECRET });
    await place(peer, anOrder());
    peer.clock.advanceTo(START + 10 * DAY_MS);
    await peer.merchant.advance(peer.clock.now());
    const events: MerchantWebhook[] = receiver.received.map(({ body }) =>
      merchantWebhookSchema.parse(JSON.parse(body)),
    );
    expect(events.map((event) => [event.type, event.data.status])).toEqual([
      ['order.shipped', 'shipped'],
      ['order.delivered', 'delivered'],
    ]);
    for (const message of receiver.received) {
      expect(message.headers['webhook-signature']).toBe(signedContent(message));
      expect(Number(message.headers['webhook-timestamp'])).toBe(peer.clock.now() / 1000);
      // Control: another body has another signature.
      expect(signedContent({ ...message, body: `${message.body} ` })).not.toBe(
        message.headers['webhook-signature'],
      );
    }
    await peer.merchant.advance(peer.clock.now());
    expect(receiver.received).toHaveLength(2);
  });

  test('are repeated with the same id until they are taken', async () => {
    await using peer = await startMerchant();
    let answers = 0;
    await using receiver = await startReceiver(() => {
      answers += 1;
      return answers <= 4 ? 503 : 200;
    });
    peer.merchant.webhooks.subscribe({ url: receiver.url, secret: SECRET });
    await place(peer, anOrder());
    peer.clock.advanceTo(START + 10 * DAY_MS);
    await peer.merchant.advance(peer.clock.now());
    expect(peer.merchant.webhooks.waiting).toBe(2);
    await peer.merchant.advance(peer.clock.now());
    expect(peer.merchant.webhooks.waiting).toBe(0);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
    expect(ids.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => ids[0]));
  });
});
