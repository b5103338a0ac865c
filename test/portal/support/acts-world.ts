import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser as Program } from '../../api-auth/support/browser.ts';
import { expectStatus, join, ownCustomer } from '../../api-auth/support/people.ts';
import { type Catalogue, makeCatalogue, makePrinter, type Printer } from './household.ts';
import { type ServedPlatform, servePlatform } from './platform.ts';

const DAY_MS = 86_400_000;

const CALENDAR = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'UID:1',
  'SUMMARY:Skiing',
  'DTSTART;VALUE=DATE:20270201',
  'DTEND;VALUE=DATE:20270208',
  'TRANSP:OPAQUE',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

/** A household with two printers, and somebody's calendar on a server of its own. */
export interface ActsWorld extends AsyncDisposable {
  readonly served: ServedPlatform;
  readonly catalogue: Catalogue;
  /** Fits the black slot as well. */
  readonly otherId: string;
  readonly calendarUrl: string;
  readonly ada: Program;
  readonly customerId: string;
  readonly study: Printer;
  readonly attic: Printer;
  /** By the name of its printer and its slot: "study black". */
  readonly consumables: Readonly<Record<string, string>>;
  readonly addOrder: (order: NewOrder) => Promise<string>;
}

interface NewOrder {
  readonly consumable: string;
  readonly status: string;
  readonly arrives?: readonly [from: string, to: string];
  readonly options?: readonly string[];
}

export async function buildActsWorld(): Promise<ActsWorld> {
  const calendar = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/calendar' }).end(CALENDAR),
  );
  await new Promise<void>((done) => void calendar.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(calendar.address() as AddressInfo).port}`;
  const served = await servePlatform({ CALENDAR_ALLOWED_HOSTS: host });
  const catalogue = await makeCatalogue(served);
  const other = await served.call('POST', '/v1/products', {
    merchantId: catalogue.merchantId,
    sku: 'BK-200',
    name: 'Acme black toner, large',
    unitPriceMinor: 12_900,
    currency: 'EUR',
    packSize: 2,
    fits: [{ deviceModelId: catalogue.modelId, slotKey: 'black' }],
  });
  const study = await makePrinter(served, catalogue.modelId, 'Printer in the study');
  const attic = await makePrinter(served, catalogue.modelId, 'Printer in the attic');
  const ada = await join(served, 'ada@example.org');
  const customerId = await ownCustomer(ada, 'Familie Weber');
  const consumables: Record<string, string> = {};
  for (const [place, { claimCode: code }] of Object.entries({ study, attic })) {
    const { body } = await expectStatus(ada.post('/v1/claims', { code, customerId }), 201);
    for (const { key, id } of body.consumables) consumables[`${place} ${key}`] = id;
  }
  const close = async () => {
    await Promise.all([study[Symbol.asyncDispose](), attic[Symbol.asyncDispose]()]);
    await catalogue[Symbol.asyncDispose]();
    calendar.close();
    await served[Symbol.asyncDispose]();
  };
  const ids = { customerId, productId: catalogue.blackId, otherId: other.id, ...catalogue };
  return {
    served,
    catalogue,
    otherId: other.id,
    calendarUrl: `http://${host}/family.ics`,
    ada,
    customerId,
    study,
    attic,
    consumables,
    addOrder: (order) => addOrder(served, ids, { ...order, consumable: consumables[order.consumable] ?? '' }),
    [Symbol.asyncDispose]: close,
  };
}

interface Ids {
  readonly customerId: string;
  readonly productId: string;
  readonly otherId: string;
  readonly merchantId: string;
}

const ADD = `
  WITH added AS (
    INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings, unit_price_minor,
      total_minor, currency, created_at, announced_at, noticed_at, cancel_until, due_at, arrives_from, arrives_to, options,
      merchant_reference, delivered_at)
    VALUES ($1, $2, $3, $4, $5::order_status, 1, 1, 8990, 8990, 'EUR', $6, $6, $6, $7, $7, $8, $9, $10::jsonb,
      CASE WHEN $5 IN ('accepted', 'delivered') THEN 'M-' || uuidv7() END,
      CASE WHEN $5 = 'delivered' THEN $6::timestamptz END)
    RETURNING id, status
  )
  INSERT INTO order_history (order_id, at, to_status, actor, reason)
  SELECT id, $6, status, 'evaluation', 'It runs out soon.' FROM added RETURNING order_id AS id`;

async function addOrder(
  { platform, clock }: ServedPlatform,
  { customerId, productId, otherId, merchantId }: Ids,
  { consumable, status, arrives = ['2026-11-25', '2026-11-26'], options = [] }: NewOrder,
): Promise<string> {
  const now = clock.now();
  const listed = options.map((id) => ({
    productId: id,
    product: id === otherId ? 'Acme black toner, large' : 'Acme black toner',
    merchantId,
    quantity: 1,
    fillings: id === otherId ? 2 : 1,
    unitPriceMinor: id === otherId ? 12_900 : 8990,
    goodsMinor: id === otherId ? 12_900 : 8990,
    perUseMinor: null,
    perFillingMinor: id === otherId ? 6450 : 8990,
    currency: 'EUR',
    best: id === otherId,
  }));
  const { rows } = await platform.database.pool.query<{ id: string }>(ADD, [
    customerId,
    consumable,
    productId,
    merchantId,
    status,
    new Date(now),
    new Date(now + 2 * DAY_MS),
    ...arrives,
    listed.length === 0 ? null : JSON.stringify(listed),
  ]);
  return rows[0]?.id ?? '';
}
