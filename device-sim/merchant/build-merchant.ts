import { timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { placeOrderSchema, quoteRequestSchema } from '../../contracts/merchant.ts';
import type { Instant } from '../../core/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { FaultDice, type FaultRates, NO_FAULTS } from './faults.ts';
import { Ledger, type LedgerOptions } from './ledger.ts';
import { toMerchantOrder } from './purchase.ts';
import { WebhookSender } from './webhooks.ts';

export interface MerchantOptions extends LedgerOptions {
  readonly clock: Clock;
  /** Bearer token that every call must carry. */
  readonly apiKey: string;
  readonly faults?: FaultRates;
}

/** A merchant that behaves as contracts/merchant.ts says, over real HTTP and on the given clock. */
export interface SimulatedMerchant {
  /** The caller listens. */
  readonly app: FastifyInstance;
  readonly ledger: Ledger;
  readonly webhooks: WebhookSender;
  /** Ships and delivers what is due at `now`, tells by webhook, and waits for the answers. */
  readonly advance: (now: Instant) => Promise<void>;
}

export function buildMerchant(options: MerchantOptions): SimulatedMerchant {
  const ledger = new Ledger(options);
  const webhooks = new WebhookSender(options.clock);
  const dice = new FaultDice(options.faults ?? NO_FAULTS, options.seed);
  const app = fastify();
  acceptEmptyJson(app);
  app.addHook('onRequest', (request, reply, done) => {
    if (!authorized(request, options.apiKey)) return void reply.code(401).send({ detail: 'Unknown token.' });
    done();
  });
  const deps = { ledger, webhooks, dice, clock: options.clock };
  addCatalogue(app, deps);
  addOrders(app, deps);
  const advance = async (now: Instant): Promise<void> => {
    for (const moved of ledger.advance(now)) {
      webhooks.add(moved);
      if (dice.webhookTwice()) webhooks.add(moved);
    }
    await webhooks.flush();
  };
  return { app, ledger, webhooks, advance };
}

interface RouteDeps {
  readonly ledger: Ledger;
  readonly webhooks: WebhookSender;
  readonly dice: FaultDice;
  readonly clock: Clock;
}

/** Clients name a content type on calls without a body too; fastify alone answers 400 to that. */
function acceptEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}

function authorized(request: FastifyRequest, apiKey: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${apiKey}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function addCatalogue(app: FastifyInstance, { ledger, clock }: RouteDeps): void {
  app.get('/catalogue', () => ({ items: ledger.items }));
  app.post('/quotes', (request, reply) => {
    const asked = quoteRequestSchema.safeParse(request.body);
    if (!asked.success) return reply.code(400).send({ detail: asked.error.message });
    const quote = ledger.quote(asked.data.sku, asked.data.quantity, clock.now());
    if (quote !== null) return quote;
    return reply.code(404).send({ code: 'unknown-sku', detail: `There is no ${asked.data.sku}.` });
  });
}

function addOrders(app: FastifyInstance, deps: RouteDeps): void {
  const { ledger, webhooks, clock } = deps;
  app.post('/orders', (request, reply) => placeOrder(request, reply, deps));
  app.get<{ Querystring: { clientReference?: string } }>('/orders', ({ query }) => ({
    orders: ledger.purchases
      .filter((purchase) => purchase.clientReference === query.clientReference)
      .map(toMerchantOrder),
  }));
  app.post<{ Params: { reference: string } }>('/orders/:reference/cancel', ({ params }, reply) => {
    const purchase = ledger.find(params.reference);
    if (purchase === undefined) return reply.code(404).send({ detail: 'There is no such order.' });
    const before = purchase.status;
    if (!ledger.cancel(purchase, clock.now())) {
      return reply.code(409).send({ detail: `It is already ${purchase.status}.` });
    }
    if (before !== 'cancelled') webhooks.add({ ...purchase });
    return reply.send(toMerchantOrder(purchase));
  });
}

async function placeOrder(request: FastifyRequest, reply: FastifyReply, { ledger, dice, clock }: RouteDeps) {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') {
    return reply.code(400).send({ detail: 'An order needs an Idempotency-Key.' });
  }
  const order = placeOrderSchema.safeParse(request.body);
  if (!order.success) return reply.code(400).send({ detail: order.error.message });
  const fault = dice.call();
  if (fault === 'error-before') return reply.code(500).send({ detail: 'Something went wrong.' });
  const placement = ledger.place(key, order.data, clock.now());
  const delayMs = dice.delayMs();
  if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
  if (fault === 'silent-after') {
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  }
  switch (placement.kind) {
    case 'booked':
      return reply.code(placement.replayed ? 200 : 201).send(toMerchantOrder(placement.purchase));
    case 'rejected':
      return reply.code(422).send(placement.rejection);
    case 'key-reused':
      return reply.code(409).send({ detail: 'This Idempotency-Key was used for another order.' });
  }
}
