import { randomUUID } from 'node:crypto';
import type { MERCHANT_STATUSES } from '../../../contracts/merchant.ts';
import { ENDED_WITHOUT_GOODS } from '../../../core/order-lifecycle.ts';
import type { OrderStatus } from '../../../core/types.ts';
import type { Action } from '../../../platform/messages/links.ts';
import { cancelOrder } from '../../../rules/orders/cancel-order.ts';
import { placeOrder } from '../../../rules/orders/place-order.ts';
import { processDueOrders } from '../../../rules/orders/process-due-orders.ts';
import { requestReturn } from '../../../rules/problems/request-return.ts';
import { askMerchant } from '../../../rules/watch/ask-merchant.ts';
import { watchOrders } from '../../../rules/watch/watch-orders.ts';
import { type Answers, type Bench, each } from './bench.ts';
import type { Cell } from './cells.ts';

/** One way in, and what it does to an order of each status; what is not named is refused and changes nothing. */
export interface Entry {
  readonly name: string;
  readonly act: (bench: Bench, cells: readonly Cell[]) => Promise<Answers>;
  readonly moves: Partial<Record<OrderStatus, OrderStatus>>;
  /** Statuses that stay, with something written down. */
  readonly stays?: readonly OrderStatus[];
  /** What whoever is refused is told; undefined: a worker tells nobody. */
  readonly refusal?: string | Partial<Record<OrderStatus, string>>;
  readonly accepted?: string;
  /** Every order is being placed when it begins, and becomes what its cell says while the merchant is asked. */
  readonly overtaken?: true;
  /** Orders rest on a standing consent. */
  readonly consent?: true;
}

const NONE: Answers = new Map();

const api = (
  action: string,
  body: object,
  moves: Entry['moves'],
  stays: readonly OrderStatus[] = [],
): Entry => ({
  name: `POST /v1/orders/:id/${action} ${JSON.stringify(body)}`,
  act: ({ call }, cells) => each(cells, ({ orderId }) => call(`/v1/orders/${orderId}/${action}`, body)),
  moves,
  stays,
  refusal: 'wrong-status',
  accepted: 'done',
});

const link = (action: Action, moves: Entry['moves'], stays: readonly OrderStatus[] = []): Entry => ({
  name: `the link "${action}" of a mail`,
  act: ({ press }, cells) => each(cells, ({ orderId }) => press(action, orderId)),
  moves,
  stays,
  refusal: '409',
  accepted: '200',
});

/** A merchant cannot know of an order that was not placed. */
const NOT_PLACED = { proposed: 'order-mismatch', announced: 'order-mismatch' } as const;

const webhook = (status: (typeof MERCHANT_STATUSES)[number], moves: Entry['moves']): Entry => ({
  name: `webhook order.${status}`,
  act: ({ webhook: send }, cells) => each(cells, ({ orderId }) => send(status, orderId)),
  moves,
  refusal: NOT_PLACED,
  accepted: 'applied',
});

/** All orders of the entry are due; the worker takes them as one batch. */
const due = (
  name: string,
  prepare: (bench: Bench) => Promise<unknown>,
  moves: Entry['moves'],
  stays: readonly OrderStatus[] = [],
): Entry => ({
  name,
  act: async (bench, cells) => {
    await prepare(bench);
    await bench.world.rows(
      'UPDATE "order" SET due_at = $2 WHERE id = ANY ($1)',
      cells.map(({ orderId }) => orderId),
      new Date(bench.world.clock.now()),
    );
    await processDueOrders(bench.deps);
    await bench.world.rows('UPDATE halt SET lifted_at = created_at');
    return NONE;
  },
  moves,
  stays,
});

/** Jobs that are run for an order of any status, as a late or repeated one is. */
const job = (
  name: string,
  run: (bench: Bench, cell: Cell) => Promise<void>,
  moves: Entry['moves'],
  stays: readonly OrderStatus[] = [],
): Entry => ({
  name: `job ${name}`,
  act: async (bench, cells) => {
    for (const cell of cells) await run(bench, cell);
    return NONE;
  },
  moves,
  stays,
});

/** The merchant's answer to a placement, which finds the order in each status. */
const answer = (
  name: string,
  says: (bench: Bench) => void,
  moves: Entry['moves'],
  stays: readonly OrderStatus[] = [],
): Entry => ({
  name: `the answer to a placement, ${name}`,
  act: async (bench, cells) => {
    const { shop, deps, force } = bench;
    for (const cell of cells) {
      says(bench);
      shop.onAsked = () => force(cell);
      await placeOrder(deps, { orderId: cell.orderId, retry: false });
    }
    shop.onAsked = () => Promise.resolve();
    shop.faults.length = 0;
    shop.rejections.length = 0;
    return NONE;
  },
  moves,
  stays,
  overtaken: true,
});

/** The merchant has every order in this status, whatever it is here. */
const has =
  (status: (typeof MERCHANT_STATUSES)[number]) =>
  async ({ shop, deps }: Bench, { orderId }: Cell) => {
    shop.purchases.push({
      reference: `P-${orderId}`,
      clientReference: orderId,
      status,
      totalMinor: 5000,
      currency: 'EUR',
      arrivesFrom: '2026-09-09',
      arrivesTo: '2026-09-10',
      updatedAt: new Date(deps.clock.now()).toISOString(),
    });
    await askMerchant(deps, { orderId });
    shop.purchases.length = 0;
  };

/** The merchant has paid back what the customer complained of, whatever the order is here. */
const complain = async ({ world, shop, deps }: Bench, { orderId }: Cell) => {
  const [problem] = await world.rows<{ id: string }>(
    `INSERT INTO order_problem (order_id, kind, wants, status, actor, reported_at, due_at)
     VALUES ($1, 'not-needed', 'refund', 'open', 'customer', $2, $2) RETURNING id`,
    ...[orderId, new Date(world.clock.now())],
  );
  shop.returnAnswer = { status: 'settled', refundMinor: 4800 };
  await requestReturn(deps, { problemId: problem?.id ?? '' });
};

const halt = ({ world, seeded: { customerId } }: Bench) =>
  world.database.prisma.halt.create({
    data: { customerId, reason: 'a recall', actor: 'ops', createdAt: new Date(world.clock.now()) },
  });

const decide = (
  verdict: 'approve' | 'decline',
  moves: Entry['moves'],
  stays: readonly OrderStatus[] = [],
): Entry => ({
  name: `the staff ${verdict} a review`,
  act: async ({ call }, cells) => {
    await call('/v1/review/decisions', {
      orderIds: cells.map(({ orderId }) => orderId),
      verdict,
      reason: 'As seen.',
    });
    return NONE;
  },
  moves,
  stays,
  consent: true,
});

const nothing = () => Promise.resolve();

export const ENTRIES: readonly Entry[] = [
  api('cancel', {}, { proposed: 'cancelled', announced: 'cancelled' }),
  api('decline', {}, { proposed: 'declined' }),
  api('skip', {}, { proposed: 'declined', announced: 'declined' }),
  api('approve', {}, { proposed: 'announced' }, ['announced']),
  api('delay', { days: 3 }, {}, ['announced']),
  api('arrived', {}, { accepted: 'delivered', shipped: 'delivered', lost: 'delivered' }),
  api('problems', { kind: 'wrong' }, {}, ['delivered', 'installed']),
  api('problems', { kind: 'damaged', wants: 'replacement' }, {}, ['delivered', 'installed']),
  api('problems', { kind: 'never-came' }, { accepted: 'lost', shipped: 'lost', delivered: 'lost' }),
  api('problems', { kind: 'not-needed' }, { proposed: 'cancelled', announced: 'cancelled' }, [
    'placing',
    'accepted',
    'shipped',
    'delivered',
  ]),
  link('cancel', { proposed: 'cancelled', announced: 'cancelled' }),
  link('approve', { proposed: 'announced' }, ['announced']),
  link('skip', { proposed: 'declined', announced: 'declined' }),
  link('delay', {}, ['announced']),
  link('have', {}, ['proposed', 'announced']),
  webhook('accepted', { placing: 'accepted' }),
  webhook('shipped', { placing: 'shipped', accepted: 'shipped' }),
  webhook('delivered', {
    placing: 'delivered',
    accepted: 'delivered',
    shipped: 'delivered',
    lost: 'delivered',
  }),
  webhook('cancelled', { placing: 'cancelled', accepted: 'cancelled' }),
  webhook('rejected', { placing: 'rejected', accepted: 'rejected' }),
  webhook('returned', {
    placing: 'returned',
    accepted: 'returned',
    shipped: 'returned',
    delivered: 'returned',
    installed: 'returned',
  }),
  webhook('lost', { accepted: 'lost', shipped: 'lost', delivered: 'lost' }),
  due('an order is due', nothing, { proposed: 'expired', announced: 'placing' }),
  due('an order is due under a halt', halt, { proposed: 'expired' }, ['announced']),
  job('place-order', ({ deps }, { orderId }) => placeOrder(deps, { orderId, retry: false }), {
    placing: 'accepted',
  }),
  job(
    'place-order, again, of which the merchant knows nothing',
    ({ deps }, { orderId }) => placeOrder(deps, { orderId, retry: true }),
    {
      placing: 'announced',
    },
  ),
  {
    ...job(
      'place-order under a halt',
      ({ deps }, { orderId }) => placeOrder(deps, { orderId, retry: false }),
      {
        placing: 'announced',
      },
    ),
    act: async (bench, cells) => {
      await halt(bench);
      for (const { orderId } of cells) await placeOrder(bench.deps, { orderId, retry: false });
      await bench.world.rows('UPDATE halt SET lifted_at = created_at');
      return NONE;
    },
  },
  job('cancel-order', ({ deps }, { orderId }) => cancelOrder(deps, { orderId }), {}),
  answer('accepted', () => undefined, { placing: 'accepted', proposed: 'cancelled' }, [
    'cancelled',
    'declined',
    'expired',
    'rejected',
  ]),
  answer('out of stock', ({ shop }) => shop.rejections.push({ code: 'out-of-stock', detail: 'None left.' }), {
    placing: 'rejected',
    accepted: 'rejected',
  }),
  answer(
    'payment refused',
    ({ shop }) => shop.rejections.push({ code: 'payment', detail: 'The card has expired.' }),
    {
      placing: 'proposed',
      announced: 'proposed',
    },
  ),
  answer('unknown', ({ shop }) => shop.faults.push('error-before'), {}, ['placing']),
  job(
    'ask-merchant, who ships',
    has('shipped'),
    { accepted: 'shipped', proposed: 'cancelled' },
    ENDED_WITHOUT_GOODS,
  ),
  job(
    'ask-merchant, who delivered',
    has('delivered'),
    { accepted: 'delivered', shipped: 'delivered', proposed: 'cancelled' },
    ENDED_WITHOUT_GOODS,
  ),
  job('ask-merchant, who cancelled', has('cancelled'), { accepted: 'cancelled' }),
  job('ask-merchant, who refused', has('rejected'), { accepted: 'rejected' }),
  job('ask-merchant, who lost it', has('lost'), { accepted: 'lost', shipped: 'lost' }),
  job('ask-merchant, who took it back', has('returned'), { accepted: 'returned', shipped: 'returned' }),
  // What ended before it was bought has no reference to ask by: the staff hear that nothing comes of it.
  job(
    'request-return, which is settled with money back',
    complain,
    { accepted: 'returned', shipped: 'returned', delivered: 'returned', installed: 'returned' },
    ['proposed', 'announced', 'placing', 'returned', 'lost', ...ENDED_WITHOUT_GOODS],
  ),
  job(
    'ask-merchant, who knows nothing',
    async ({ deps, shop }, { orderId }) => {
      shop.purchases.length = 0;
      await askMerchant(deps, { orderId });
    },
    {},
    ['accepted', 'shipped'],
  ),
  {
    name: 'an order is watched',
    act: async ({ world, deps }, cells) => {
      const ids = cells.map(({ orderId }) => orderId);
      await world.rows(
        'UPDATE "order" SET watch_at = $2 WHERE id = ANY ($1)',
        ids,
        new Date(world.clock.now()),
      );
      await watchOrders(deps);
      return NONE;
    },
    moves: {},
  },
  {
    name: 'the consent is withdrawn',
    act: async ({ call }, cells) => {
      await call(`/v1/consents/${cells[0]?.consentId ?? randomUUID()}/withdraw`);
      return NONE;
    },
    moves: { proposed: 'cancelled', announced: 'cancelled' },
    stays: ['accepted'],
    consent: true,
  },
  decide('approve', {}, ['announced']),
  decide('decline', { announced: 'cancelled' }),
];
