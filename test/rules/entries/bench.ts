import { randomInt, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { buildApi } from '../../../api/build-api.ts';
import type { MERCHANT_STATUSES } from '../../../contracts/merchant.ts';
import { type Action, openLinks } from '../../../platform/messages/links.ts';
import type { RulesDeps } from '../../../rules/deps.ts';
import { silentLog } from '../../support/log.ts';
import { startMerchant, type TestMerchant } from '../../support/merchant.ts';
import { type SeededConsumable, seedConsumable } from '../../support/seed.ts';
import { createWorld, START, type World } from '../world.ts';
import { type Cell, FORCED, purchase, type Snapshot, snapshotsOf } from './cells.ts';

const TOKEN = 'token-of-the-test-long-enough-0123456789';
const ORIGIN = 'http://neverout.test';
const SECRET = 'a secret of the tests, 32 bytes or more';
const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** Every way in: the API, what the rules service runs, and a merchant, over one database. */
export interface Bench extends AsyncDisposable {
  readonly world: World;
  readonly deps: RulesDeps;
  readonly shop: TestMerchant;
  readonly seeded: SeededConsumable;
  /** The problem's code, or `done`. */
  readonly call: (url: string, body?: object) => Promise<string>;
  /** Presses the button of a link from a mail; the page's HTTP status. */
  readonly press: (action: Action, orderId: string) => Promise<string>;
  /** What the merchant reports, signed; the outcome, or the problem's code. */
  readonly webhook: (status: (typeof MERCHANT_STATUSES)[number], orderId: string) => Promise<string>;
  /** Somebody else moves the order, past every check: it is in that status from now on. */
  readonly force: (cell: Cell) => Promise<void>;
  /** How orders were right after that, by id. */
  readonly forced: Map<string, Snapshot>;
}

const FORCE = `
  WITH was AS (SELECT id, status FROM "order" WHERE id = $1 AND status <> $2),
  moved AS (UPDATE "order" o SET status = $2 FROM was WHERE o.id = was.id)
  INSERT INTO order_history (order_id, at, from_status, to_status, actor) SELECT id, $3, status, $2, '${FORCED}' FROM was`;

export async function openBench(): Promise<Bench> {
  const world = await createWorld({ AUTH_SECRET: SECRET, PUBLIC_URL: ORIGIN });
  const shop = await startMerchant(world.clock.now);
  const { database, clock, config, metrics } = world;
  const deps: RulesDeps = { database, clock, config, metrics, log: silentLog };
  const app = await buildApi({ ...deps, apiToken: TOKEN });
  const seeded = await seedConsumable(database, START);
  await world.rows('UPDATE merchant SET base_url = $1, api_key = $2', shop.url, shop.apiKey);
  await world.rows(`UPDATE customer SET delivery_address = '{"city": "Berlin"}'`);
  const forced = new Map<string, Snapshot>();
  return {
    world,
    deps,
    shop,
    seeded,
    call: async (url, body = {}) => {
      const response = await app.inject({
        method: 'POST',
        url,
        headers: { authorization: `Bearer ${TOKEN}` },
        payload: body,
      });
      return response.statusCode < 300 ? 'done' : String(response.json().code);
    },
    press: (action, orderId) => pressLink(app, action, orderId),
    webhook: (status, orderId) => sendWebhook(app, seeded.merchantId, status, orderId, clock.now()),
    forced,
    force: async (cell) => {
      await world.rows(FORCE, cell.orderId, cell.status, new Date(clock.now()));
      for (const one of await snapshotsOf(database, [cell])) forced.set(...one);
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await world[Symbol.asyncDispose]();
      await shop[Symbol.asyncDispose]();
    },
  };
}

async function pressLink(app: FastifyInstance, action: Action, orderId: string): Promise<string> {
  const expiresAt = START + 10 * 86_400_000;
  const token = openLinks(SECRET, ORIGIN).tokenOf({
    action,
    subject: orderId,
    messageId: randomUUID(),
    expiresAt,
  });
  const fields = action === 'delay' ? 'days=3' : action === 'have' ? 'quantity=2' : '';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  // Each from an address of its own: how often one may press is limited.
  const remoteAddress = `10.0.${randomInt(256)}.${randomInt(256)}`;
  const response = await app.inject({
    method: 'POST',
    url: `/a/${token}`,
    headers,
    payload: fields,
    remoteAddress,
  });
  return String(response.statusCode);
}

async function sendWebhook(
  app: FastifyInstance,
  merchantId: string,
  status: (typeof MERCHANT_STATUSES)[number],
  orderId: string,
  now: number,
): Promise<string> {
  const id = `msg_${randomUUID()}`;
  const data = purchase(orderId, status, now);
  const payload = JSON.stringify({ type: `order.${status}`, timestamp: new Date(now).toISOString(), data });
  const response = await app.inject({
    method: 'POST',
    url: `/v1/merchants/${merchantId}/webhooks`,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      'webhook-signature': new Webhook(WEBHOOK_SECRET).sign(id, new Date(now), payload),
    },
    payload,
  });
  const body = response.json() as { readonly outcome?: string; readonly code?: string };
  return body.outcome ?? body.code ?? '';
}

/** The answer for each order, by its id. */
export type Answers = ReadonlyMap<string, string>;

/** One after the other: what one caller gets. */
export async function each(cells: readonly Cell[], act: (cell: Cell) => Promise<string>): Promise<Answers> {
  const answers = new Map<string, string>();
  for (const cell of cells) answers.set(cell.orderId, await act(cell));
  return answers;
}
