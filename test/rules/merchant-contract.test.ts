import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MerchantOrder, PlaceOrder, Rejection } from '../../contracts/merchant.ts';
import { ADAPTER_NAMES, type AdapterName } from '../../contracts/merchant-adapters.ts';
import { createCsvFolderMerchant } from '../../rules/merchants/csv-folder-merchant.ts';
import type { MerchantPort } from '../../rules/merchants/merchant-port.ts';
import { merchantOf } from '../../rules/merchants/registry.ts';
import { startMerchant } from '../support/merchant.ts';

/** A merchant of one kind, and the person behind it. */
interface Harness extends AsyncDisposable {
  readonly port: MerchantPort;
  /** Decides about the next purchase, or about those that wait for a person. */
  readonly refuse: (order: PlaceOrder, rejection: Rejection) => Promise<void>;
  readonly accept: (order: PlaceOrder) => Promise<void>;
  readonly ship: (order: PlaceOrder) => Promise<void>;
  readonly cancelled: (order: PlaceOrder) => Promise<void>;
  /** Purchases in its books. */
  readonly purchases: () => Promise<number>;
}

const purchase = (): PlaceOrder => ({
  clientReference: randomUUID(),
  sku: 'TN-1',
  quantity: 1,
  maxTotalMinor: 5000,
  currency: 'EUR',
  deliveryAddress: { name: 'Jane, "the boss"', city: 'Berlin' },
  paymentReference: null,
});

async function httpHarness(): Promise<Harness> {
  const shop = await startMerchant(() => Date.UTC(2026, 10, 21));
  const account = { adapter: 'open-contract', baseUrl: shop.url, apiKey: shop.apiKey };
  const nothing = () => Promise.resolve();
  return {
    port: merchantOf(account, { merchantFolder: undefined }),
    refuse: (_order, rejection) => Promise.resolve(void shop.rejections.push(rejection)),
    accept: nothing,
    ship: () => {
      for (const booked of shop.purchases) booked.status = 'shipped';
      return Promise.resolve();
    },
    cancelled: nothing,
    purchases: () => Promise.resolve(shop.purchases.length),
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
  };
}

async function csvHarness(): Promise<Harness> {
  const parent = await mkdtemp(join(tmpdir(), 'neverout-merchants-'));
  const folder = join(parent, 'corner-shop');
  await mkdir(join(folder, 'answers'), { recursive: true });
  const answer = (reference: string, lines: string) =>
    writeFile(join(folder, 'answers', `${reference}.csv`), lines);
  const write = (order: PlaceOrder, status: MerchantOrder['status']) =>
    answer(
      order.clientReference,
      `status,reference,totalMinor,currency,arrivesFrom,arrivesTo,updatedAt\r\n${status},"B-1",5000,EUR,2026-11-24,2026-11-25,2026-11-21T10:00:00Z\r\n`,
    );
  return {
    port: merchantOf(
      { adapter: 'csv-folder', baseUrl: 'folder:corner-shop', apiKey: '-' },
      { merchantFolder: parent },
    ),
    refuse: (order, { code, detail }) =>
      answer(order.clientReference, `status,code,detail\nrejected,${code},"${detail}"\n`),
    accept: (order) => write(order, 'accepted'),
    ship: (order) => write(order, 'shipped'),
    cancelled: (order) => write(order, 'cancelled'),
    purchases: async () =>
      (await readdir(join(folder, 'orders'))).filter((name) => name.endsWith('.csv')).length,
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true }),
  };
}

const HARNESSES: Readonly<Record<AdapterName, () => Promise<Harness>>> = {
  'open-contract': httpHarness,
  'csv-folder': csvHarness,
};

/** At once, or once the person behind it has decided. */
async function settled(harness: Harness, order: PlaceOrder) {
  const first = await harness.port.place(order);
  if (first.outcome !== 'pending') return first;
  await harness.accept(order);
  return harness.port.place(order);
}

describe.each(ADAPTER_NAMES)('a merchant behind %s', (name) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await HARNESSES[name]();
  });
  afterEach(() => harness[Symbol.asyncDispose]());

  test('does not know what was never bought', async () => {
    expect(await harness.port.find(randomUUID())).toEqual({ outcome: 'none' });
  });

  test('sells once for a key, however often it is asked, and finds it', async () => {
    const order = purchase();
    const placed = await settled(harness, order);
    expect(placed).toMatchObject({ outcome: 'accepted', order: { clientReference: order.clientReference } });
    await harness.port.place(order);
    expect(await harness.port.place(order)).toEqual(placed);
    expect(await harness.purchases()).toBe(1);
    expect(await harness.port.find(order.clientReference)).toMatchObject({ outcome: 'found' });
  });

  test('says with a code what it refuses', async () => {
    const order = purchase();
    const waits = name === 'csv-folder' ? await harness.port.place(order) : null;
    expect(waits?.outcome ?? 'pending').toBe('pending');
    await harness.refuse(order, { code: 'out-of-stock', detail: 'Sold out.' });
    expect(await harness.port.place(order)).toMatchObject({
      outcome: 'rejected',
      rejection: { code: 'out-of-stock' },
    });
  });

  test('takes back what has not left, and nothing that has', async () => {
    const order = purchase();
    const placed = await settled(harness, order);
    const reference = placed.outcome === 'accepted' ? placed.order.reference : '';
    const booked = { reference, clientReference: order.clientReference };
    await harness.ship(order);
    expect(await harness.port.cancel(booked)).toEqual({ outcome: 'refused' });
    const other = purchase();
    const second = await settled(harness, other);
    const wanted = {
      reference: second.outcome === 'accepted' ? second.order.reference : '',
      clientReference: other.clientReference,
    };
    const first = await harness.port.cancel(wanted);
    if (first.outcome === 'pending') await harness.cancelled(other);
    expect(await harness.port.cancel(wanted)).toEqual({ outcome: 'cancelled' });
  });

  test('quotes, or says that it does not; and a return is one return', async () => {
    const quote = await harness.port.quote('TN-1', 1);
    expect(['quoted', 'not-offered']).toContain(quote.outcome);
    const order = purchase();
    const placed = await settled(harness, order);
    const booked = {
      reference: placed.outcome === 'accepted' ? placed.order.reference : '',
      clientReference: order.clientReference,
    };
    const request = { returnReference: randomUUID(), kind: 'damaged', wants: 'refund', note: null } as const;
    const asked = await harness.port.requestReturn(booked, request);
    expect(asked).toMatchObject({
      outcome: 'answered',
      returned: { returnReference: request.returnReference },
    });
    expect(await harness.port.requestReturn(booked, request)).toEqual(asked);
  });
});

describe('a folder of files', () => {
  test('is handed a purchase once, also when the merchant has taken the file away', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'neverout-merchants-'));
    await mkdir(join(parent, 'shop'));
    const port = createCsvFolderMerchant({ address: 'folder:shop', parent });
    const order = { ...purchase(), deliveryAddress: { name: '=HYPERLINK("x")' } };
    expect((await port.place(order)).outcome).toBe('pending');
    const file = join(parent, 'shop', 'orders', `${order.clientReference}.csv`);
    // A spreadsheet shall not take an address for a formula.
    expect(await readFile(file, 'utf8')).toContain(`"'=HYPERLINK`);
    await rm(file);
    expect((await port.place(order)).outcome).toBe('pending');
    expect(await port.find(order.clientReference)).toMatchObject({ outcome: 'pending' });
    expect(await readdir(join(parent, 'shop', 'orders'))).toEqual([]);
    await rm(parent, { recursive: true });
  });

  test.each([
    ['a share that is not mounted', 'folder:absent', tmpdir()],
    ['an installation without such folders', 'folder:shop', undefined],
    ['a name that leads elsewhere', 'folder:../etc', tmpdir()],
  ])('%s answers nothing', async (_name, address, parent) => {
    const port = createCsvFolderMerchant({ address, parent });
    expect((await port.place(purchase())).outcome).toBe('unknown');
    expect((await port.find(randomUUID())).outcome).toBe('unknown');
  });
});
