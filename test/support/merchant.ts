import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type {
  MerchantOrder,
  MerchantReturn,
  PlaceOrder,
  Rejection,
  ReturnRequest,
} from '../../contracts/merchant.ts';

/** What the merchant does with the next purchase instead of answering properly. */
export type Fault =
  /** Books it and breaks the connection. */
  | 'silent-after'
  /** Books it and answers 500. */
  | 'error-after'
  /** Books it and answers with something that is no order. */
  | 'malformed'
  /** Books it and answers about somebody else's order. */
  | 'other-order'
  /** Answers 500 and books nothing. */
  | 'error-before'
  /** Books it and never answers. */
  | 'hang';

export interface TestMerchant extends AsyncDisposable {
  readonly url: string;
  readonly apiKey: string;
  readonly purchases: MerchantOrder[];
  /** "METHOD path" of every call, in order. */
  readonly calls: string[];
  /** Consumed one a purchase. */
  readonly faults: Fault[];
  readonly prices: Map<string, number>;
  /** Refusals of the next purchases, consumed one a purchase. */
  readonly rejections: Rejection[];
  /** Products that every quote and purchase finds sold out. */
  readonly soldOut: Set<string>;
  /** How it answers to questions for a quote. */
  quotes: 'given' | 'binding' | 'not-offered' | 'failing';
  /** Of one parcel. */
  shippingMinor: number;
  /** What it says to returns; each as it was asked for. */
  readonly returns: ReturnRequest[];
  returnAnswer: Pick<MerchantReturn, 'status' | 'refundMinor'>;
  /** Bodies of the purchases asked for, in order. */
  readonly asked: PlaceOrder[];
  /** Makes the merchant forget Idempotency-Keys: the world without that guard. */
  ignoreKeys: boolean;
  /** Makes GET /orders blind, as a search index that lags is. */
  blind: boolean;
  /** Answers 503 to everything. */
  away: boolean;
  /** Called when a purchase is asked for, before anything is said. */
  onAsked: (order: PlaceOrder) => Promise<void>;
  /** Called when a purchase is booked, before the answer. */
  onPurchase: (order: PlaceOrder) => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A merchant after contracts/merchant.ts on a real port, whose faults the test chooses. */
export async function startMerchant(now: () => number): Promise<TestMerchant> {
  const byKey = new Map<string, MerchantOrder>();
  const paidParcels = new Set<string>();
  const hanging: ServerResponse[] = [];
  const apiKey = 'the key of the merchant';
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const merchant: TestMerchant = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop`,
    apiKey,
    purchases: [],
    calls: [],
    faults: [],
    prices: new Map(),
    rejections: [],
    soldOut: new Set(),
    quotes: 'given',
    shippingMinor: 0,
    returns: [],
    returnAnswer: { status: 'settled', refundMinor: 5000 },
    asked: [],
    ignoreKeys: false,
    blind: false,
    away: false,
    onAsked: () => Promise.resolve(),
    onPurchase: () => Promise.resolve(),
    [Symbol.asyncDispose]: async () => {
      for (const response of hanging) response.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', merchant.url);
    merchant.calls.push(`${request.method} ${url.pathname}`);
    const sent = await text(request);
    const body: unknown = sent === '' ? null : JSON.parse(sent);
    const authorized = request.headers.authorization === `Bearer ${apiKey}`;
    const answer = merchant.away
      ? { status: 503, body: {} }
      : authorized
        ? await route(request, url, body, response)
        : { status: 401, body: {} };
    if (answer === null) return;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  function route(request: IncomingMessage, url: URL, body: unknown, response: ServerResponse) {
    const path = `${request.method} ${url.pathname.replace('/shop', '')}`;
    if (path === 'POST /orders') {
      return place(String(request.headers['idempotency-key']), body as PlaceOrder, response);
    }
    if (path === 'GET /orders') {
      const wanted = url.searchParams.get('clientReference');
      const orders = merchant.blind ? [] : merchant.purchases.filter((p) => p.clientReference === wanted);
      return { status: 200, body: { orders } };
    }
    if (path === 'POST /quotes') return quote(body as { sku: string; quantity: number });
    const returned = /^POST \/orders\/(.+)\/returns$/.exec(path)?.[1];
    if (returned !== undefined) return takeBack(body as ReturnRequest);
    const cancelled = /^POST \/orders\/(.+)\/cancel$/.exec(path)?.[1];
    return cancelled === undefined ? { status: 404, body: {} } : cancel(decodeURIComponent(cancelled));
  }

  const totalOf = (sku: string, quantity: number) => (merchant.prices.get(sku) ?? 5000) * quantity;

  async function place(key: string, order: PlaceOrder, response: ServerResponse): Promise<Answer | null> {
    const fault = merchant.faults.shift();
    await merchant.onAsked(order);
    if (fault === 'error-before') return { status: 500, body: { detail: 'no' } };
    const known = merchant.ignoreKeys ? undefined : byKey.get(key);
    merchant.asked.push(order);
    const refusal = known === undefined ? refusalOf(order) : undefined;
    if (refusal !== undefined) return { status: 422, body: refusal };
    const { parcelReference } = order;
    const paid =
      parcelReference !== undefined && (order.shippingPaid === true || paidParcels.has(parcelReference));
    const totalMinor = totalOf(order.sku, order.quantity) + (paid ? 0 : merchant.shippingMinor);
    if (known === undefined && totalMinor > order.maxTotalMinor) {
      return { status: 422, body: { code: 'price-changed', detail: `It is ${totalMinor} now.` } };
    }
    const purchase = known ?? book(key, order, totalMinor);
    await merchant.onPurchase(order);
    switch (fault) {
      case 'silent-after':
        response.destroy();
        return null;
      case 'hang':
        hanging.push(response);
        return null;
      case 'error-after':
        return { status: 500, body: { detail: 'no' } };
      case 'malformed':
        return { status: 201, body: '{"reference": "P-1", ' };
      case 'other-order':
        return {
          status: 201,
          body: { ...purchase, clientReference: '00000000-0000-4000-8000-000000000000' },
        };
      default:
        return { status: known === undefined ? 201 : 200, body: purchase };
    }
  }

  function refusalOf({ sku }: PlaceOrder): Rejection | undefined {
    if (merchant.soldOut.has(sku)) return { code: 'out-of-stock', detail: 'Sold out.' };
    return merchant.rejections.shift();
  }

  function takeBack(request: ReturnRequest): Answer {
    if (!merchant.returns.some(({ returnReference }) => returnReference === request.returnReference)) {
      merchant.returns.push(request);
    }
    const { returnReference } = request;
    const body = { reference: `R-${returnReference}`, returnReference, detail: 'As you say.' };
    return { status: 201, body: { ...body, ...merchant.returnAnswer } };
  }

  function book(key: string, order: PlaceOrder, totalMinor: number): MerchantOrder {
    const purchase: MerchantOrder = {
      reference: `P-${merchant.purchases.length + 1}`,
      clientReference: order.clientReference,
      status: 'accepted',
      totalMinor,
      currency: order.currency,
      arrivesFrom: new Date(now() + 2 * 86_400_000).toISOString().slice(0, 10),
      arrivesTo: new Date(now() + 3 * 86_400_000).toISOString().slice(0, 10),
      updatedAt: new Date(now()).toISOString(),
    };
    if (order.parcelReference !== undefined) paidParcels.add(order.parcelReference);
    merchant.purchases.push(purchase);
    byKey.set(key, purchase);
    return purchase;
  }

  function quote({ sku, quantity }: { sku: string; quantity: number }): Answer {
    if (merchant.quotes === 'not-offered') return { status: 404, body: {} };
    if (merchant.quotes === 'failing') return { status: 500, body: {} };
    const day = (days: number) => new Date(now() + days * 86_400_000).toISOString().slice(0, 10);
    const { shippingMinor } = merchant;
    const goodsMinor = totalOf(sku, quantity);
    return {
      status: 200,
      body: {
        sku,
        quantity,
        available: !merchant.soldOut.has(sku),
        unitPriceMinor: goodsMinor / quantity,
        shippingMinor,
        totalMinor: goodsMinor + shippingMinor,
        currency: 'EUR',
        arrivesFrom: day(2),
        arrivesTo: day(3),
        ...(merchant.quotes === 'binding' ? { quoteId: 'Q-1', validUntil: `${day(10)}T00:00:00Z` } : {}),
      },
    };
  }

  function cancel(reference: string): Answer {
    const purchase = merchant.purchases.find((candidate) => candidate.reference === reference);
    if (purchase === undefined) return { status: 404, body: {} };
    if (purchase.status === 'shipped') return { status: 409, body: { detail: 'It is already shipped.' } };
    purchase.status = 'cancelled';
    return { status: 200, body: purchase };
  }

  return merchant;
}
