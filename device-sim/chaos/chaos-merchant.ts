import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { SimulatedMerchant } from '../merchant/build-merchant.ts';
import type { AskFault, ChaosDice, PlaceFault } from './faults.ts';

/** Where a caller can be cut off while it buys. */
export const MERCHANT_STEPS = ['merchant-received', 'merchant-booked', 'merchant-answered'] as const;
export type MerchantStep = (typeof MERCHANT_STEPS)[number];

export interface ChaosMerchantOptions {
  readonly merchant: SimulatedMerchant;
  readonly dice: ChaosDice;
  /** Called at each step of a purchase, with the caller's connection. */
  readonly onStep: (step: MerchantStep, socket: Socket) => void;
  /** What must not be: every call that buys is a new one, as if there were no Idempotency-Key. */
  readonly ignoresKeys: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const SLOW_MS = [50, 600] as const;
const LATE_MS = [300, 2500] as const;
/** Of a path that buys: POST /orders. */
const isPurchase = ({ method, url }: IncomingMessage): boolean => method === 'POST' && url === '/orders';

/** The simulated merchant behind a front that misbehaves by seed; its books stay what they are. */
export class ChaosMerchant {
  readonly #options: ChaosMerchantOptions;
  readonly #server: Server;
  readonly #late = new Set<Promise<unknown>>();

  constructor(options: ChaosMerchantOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      void this.#serve(request, response).catch(() => response.destroy());
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      );
    });
  }

  /** Requests that were cut off and are still on their way. */
  async settled(): Promise<void> {
    while (this.#late.size > 0) await Promise.all(this.#late);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
    await this.settled();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    if (isPurchase(request)) await this.#buy(request, body, response);
    else await this.#ask(request, body, response);
  }

  async #buy(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const { dice, onStep } = this.#options;
    const { socket } = request;
    onStep('merchant-received', socket);
    const fault = dice.place();
    if (fault === 'error-before') {
      reply(response, { status: 500, body: '{"detail":"not now"}' });
      return;
    }
    if (fault === 'late') {
      const later = wait(dice.delayMs(LATE_MS)).then(() => this.#forward(request, body));
      this.#late.add(later);
      void later.finally(() => this.#late.delete(later));
      response.destroy();
      return;
    }
    const refused = /^refused-(.+)$/u.exec(fault)?.[1];
    if (refused !== undefined && !this.#knows(request)) {
      reply(response, { status: 422, body: JSON.stringify({ code: refused, detail: 'Not like this.' }) });
      return;
    }
    if (fault === 'slow') await wait(dice.delayMs(SLOW_MS));
    const answer = await this.#forward(request, body);
    onStep('merchant-booked', socket);
    answerBadly(fault, answer, response);
    if (response.writableEnded) onStep('merchant-answered', socket);
  }

  /** What is booked is not refused any more. */
  #knows({ headers }: IncomingMessage): boolean {
    const { purchases } = this.#options.merchant.ledger;
    return purchases.some(({ clientReference }) => clientReference === headers['idempotency-key']);
  }

  async #ask(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const { dice } = this.#options;
    const fault: AskFault = dice.ask();
    if (fault === 'slow') await wait(dice.delayMs(SLOW_MS));
    if (fault === 'error') {
      reply(response, { status: 503, body: 'busy' });
      return;
    }
    const answer = await this.#forward(request, body);
    if (fault === 'silent') {
      response.destroy();
      return;
    }
    // An order that was just booked is not yet to be found.
    const asksForOrders = request.method === 'GET' && request.url?.startsWith('/orders') === true;
    const isBlind = fault === 'blind' && asksForOrders;
    reply(response, isBlind ? { status: 200, body: '{"orders":[]}' } : answer);
  }

  async #forward(request: IncomingMessage, body: string): Promise<Answer> {
    const { merchant, ignoresKeys } = this.#options;
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value === 'string' && name !== 'content-length' && name !== 'connection'
          ? [[name, value] as const]
          : [],
      ),
    );
    if (ignoresKeys && isPurchase(request)) headers['idempotency-key'] = randomUUID();
    const answer = await merchant.app.inject({
      method: request.method === 'GET' ? 'GET' : 'POST',
      url: request.url ?? '/',
      headers,
      ...(body === '' ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.body };
  }
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** The purchase is booked, or refused, and this is how the caller hears of it. */
function answerBadly(fault: PlaceFault, answer: Answer, response: ServerResponse): void {
  const { status, body } = answer;
  if (fault === 'hang-after') return;
  if (fault === 'silent-after') response.destroy();
  else reply(response, BAD_ANSWERS[fault]?.(answer) ?? answer);
  if (fault === 'twice') {
    const again = `HTTP/1.1 ${status} Again\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    response.socket?.write(again);
  }
}

const NOBODYS_ORDER = '"clientReference":"00000000-0000-4000-8000-000000000000"';
const BAD_ANSWERS: Readonly<Partial<Record<PlaceFault, (answer: Answer) => Answer>>> = {
  'error-after': () => ({ status: 500, body: '{"detail":"something went wrong"}' }),
  malformed: ({ status, body }) => ({ status, body: body.slice(0, -7) }),
  'other-order': ({ status, body }) => ({
    status,
    body: body.replace(/"clientReference":"[^"]*"/u, NOBODYS_ORDER),
  }),
};
