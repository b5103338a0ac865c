import type { z } from 'zod';
import {
  type MerchantOrder,
  merchantOrderSchema,
  merchantOrdersSchema,
  merchantReturnSchema,
  quoteSchema,
  rejectionSchema,
} from '../../contracts/merchant.ts';
import type {
  CancelAnswer,
  FindAnswer,
  MerchantPort,
  PlaceAnswer,
  QuoteAnswer,
  ReturnAnswer,
  Unknown,
} from './merchant-port.ts';

export interface HttpMerchantOptions {
  readonly baseUrl: string;
  /** Bearer token. */
  readonly apiKey: string;
  /** How long a call that buys or cancels, and one that only asks, is waited for. */
  readonly writeTimeoutMs: number;
  readonly readTimeoutMs: number;
}

interface Call {
  readonly path: string;
  readonly timeoutMs: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

type Response = { readonly outcome: 'answered'; readonly status: number; readonly body: unknown } | Unknown;

const unknown = (detail: string): Unknown => ({ outcome: 'unknown', detail });

/** The open merchant contract (contracts/merchant.ts) over HTTP. */
export function createHttpMerchant(options: HttpMerchantOptions): MerchantPort {
  const { writeTimeoutMs, readTimeoutMs } = options;
  return {
    place: async (order) => {
      const response = await call(options, {
        path: 'orders',
        timeoutMs: writeTimeoutMs,
        body: order,
        headers: { 'idempotency-key': order.clientReference },
      });
      return placed(response, order.clientReference);
    },
    find: async (clientReference) => {
      const path = `orders?clientReference=${encodeURIComponent(clientReference)}`;
      return found(await call(options, { path, timeoutMs: readTimeoutMs }), clientReference);
    },
    cancel: async ({ reference }) => {
      const path = `orders/${encodeURIComponent(reference)}/cancel`;
      return cancelled(await call(options, { path, timeoutMs: writeTimeoutMs, body: {} }));
    },
    quote: async (sku, quantity) =>
      quoted(await call(options, { path: 'quotes', timeoutMs: readTimeoutMs, body: { sku, quantity } }), {
        sku,
        quantity,
      }),
    requestReturn: async ({ reference }, request) => {
      const response = await call(options, {
        path: `orders/${encodeURIComponent(reference)}/returns`,
        timeoutMs: writeTimeoutMs,
        body: request,
        headers: { 'idempotency-key': request.returnReference },
      });
      return returned(response, request.returnReference);
    },
  };
}

/** One request. Time-outs, broken connections and bodies that are too long or not JSON all mean: not known. */
async function call({ baseUrl, apiKey }: HttpMerchantOptions, request: Call): Promise<Response> {
  const { path, timeoutMs, body, headers } = request;
  try {
    const response = await fetch(new URL(path, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirected purchase would be bought from someone nobody chose.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await readAll(response);
    return { outcome: 'answered', status: response.status, body: text === '' ? null : JSON.parse(text) };
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

/** An answer is some lines about one order; more is not one, and is not held in memory. */
const ANSWER_BYTES_MAX = 1_048_576;

async function readAll(response: globalThis.Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) throw new RangeError('The answer is too long.');
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Statuses after which the merchant has said that it will not deliver. */
const REFUSING: readonly MerchantOrder['status'][] = ['cancelled', 'rejected'];

function placed(response: Response, clientReference: string): PlaceAnswer {
  if (response.outcome === 'unknown') return response;
  const { status, body } = response;
  if (status === 200 || status === 201) {
    const order = parse(merchantOrderSchema, body);
    if (order === null) return unknown('The answer is not an order.');
    if (order.clientReference !== clientReference) return unknown('The answer is about another order.');
    if (!REFUSING.includes(order.status)) return { outcome: 'accepted', order };
    return unknown(`The merchant answers with an order that is ${order.status}.`);
  }
  if (status >= 400 && status < 500) {
    const rejection = parse(rejectionSchema, body);
    // 401, 409, 429 and their like are about the request, not about the order.
    if (rejection !== null) return { outcome: 'rejected', rejection };
  }
  return unknown(`The merchant answers ${status}.`);
}

function found(response: Response, clientReference: string): FindAnswer {
  if (response.outcome === 'unknown') return response;
  const list = response.status === 200 ? parse(merchantOrdersSchema, response.body) : null;
  if (list === null) return unknown(`The merchant answers ${response.status}.`);
  const order = list.orders.find((candidate) => candidate.clientReference === clientReference);
  return order === undefined ? { outcome: 'none' } : { outcome: 'found', order };
}

function cancelled(response: Response): CancelAnswer {
  if (response.outcome === 'unknown') return response;
  if (response.status === 200) {
    const order = parse(merchantOrderSchema, response.body);
    return order?.status === 'cancelled'
      ? { outcome: 'cancelled' }
      : unknown('The answer is not a cancelled order.');
  }
  return response.status === 409
    ? { outcome: 'refused' }
    : unknown(`The merchant answers ${response.status}.`);
}

/** What a server answers that has no such thing. */
const NOT_THERE: readonly number[] = [404, 405, 501];

/** A quote must be about what was asked, and add up: its total is what will be paid. */
function quoted(response: Response, asked: { readonly sku: string; readonly quantity: number }): QuoteAnswer {
  if (response.outcome === 'unknown') return response;
  const { status, body } = response;
  if (parse(rejectionSchema, body) !== null && status >= 400 && status < 500)
    return { outcome: 'unavailable' };
  if (NOT_THERE.includes(status)) return { outcome: 'not-offered' };
  const quote = status === 200 ? parse(quoteSchema, body) : null;
  if (quote === null) return unknown(`The merchant answers ${status}.`);
  if (!quote.available) return { outcome: 'unavailable' };
  const { unitPriceMinor, quantity, shippingMinor, totalMinor, arrivesFrom, arrivesTo } = quote;
  if (quote.sku !== asked.sku || quantity !== asked.quantity) {
    return unknown('The quote is about something else.');
  }
  if (totalMinor !== unitPriceMinor * quantity + shippingMinor) return unknown('The quote does not add up.');
  if (arrivesFrom > arrivesTo) return unknown('The quote arrives before it can.');
  return { outcome: 'quoted', quote };
}

function returned(response: Response, returnReference: string): ReturnAnswer {
  if (response.outcome === 'unknown') return response;
  const { status, body } = response;
  if (NOT_THERE.includes(status)) return { outcome: 'not-offered' };
  const answer = status === 200 || status === 201 ? parse(merchantReturnSchema, body) : null;
  if (answer === null) return unknown(`The merchant answers ${status}.`);
  return answer.returnReference === returnReference
    ? { outcome: 'answered', returned: answer }
    : unknown('The answer is about another return.');
}

function parse<Output>(schema: z.ZodType<Output>, body: unknown): Output | null {
  const parsed = schema.safeParse(body);
  return parsed.success ? parsed.data : null;
}
