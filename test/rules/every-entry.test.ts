import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTransition } from '../../core/order-lifecycle.ts';
import { type Bench, openBench } from './entries/bench.ts';
import {
  type Cell,
  contentOf,
  gapInHistory,
  prepareCells,
  type Shelf,
  type ShelfWanted,
  snapshotsOf,
} from './entries/cells.ts';
import { ENTRIES, type Entry } from './entries/entries.ts';
import { grant, START } from './world.ts';

/**
 * Every entry meets an order in every status: it moves along the lifecycle's table, or is refused with a code and
 * nothing changes (its history, its money, the customer's messages, the shelf).
 */
describe('every entry, at an order in every status', () => {
  let bench: Bench;
  let shelves: readonly Shelf[] = [];
  let control: Shelf | undefined;
  beforeAll(async () => {
    bench = await openBench();
    const { world, seeded } = bench;
    const shelvesWanted: ShelfWanted[] = [];
    for (const { consent, overtaken } of ENTRIES) {
      const terms = { productIds: [seeded.productId] };
      const consentId = consent ? await grant(world, seeded.customerId, terms) : null;
      shelvesWanted.push({ consentId, all: overtaken ? 'placing' : null });
    }
    [control, ...shelves] = await prepareCells(world.database, seeded, START, [
      { consentId: null, all: null },
      ...shelvesWanted,
    ]);
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  const refusalOf = ({ refusal }: Entry, { status }: Cell): string | undefined =>
    typeof refusal === 'string' || refusal === undefined ? refusal : (refusal[status] ?? 'stale');

  test.each(ENTRIES.map((entry, i) => [entry.name, entry, i] as const))('%s', async (_name, entry, i) => {
    const { cells = [], purchases = [] } = shelves[i] ?? {};
    const { database } = bench.world;
    bench.shop.purchases.push(...purchases);
    const before = await snapshotsOf(database, cells);
    const answers = await entry.act(bench, cells);
    bench.shop.purchases.length = 0;
    const after = await snapshotsOf(database, cells);
    for (const cell of cells) {
      const { orderId, status } = cell;
      const was = bench.forced.get(orderId) ?? before.get(orderId);
      const is = after.get(orderId);
      if (was === undefined || is === undefined) throw new Error('an order is gone');
      const to = entry.moves[status];
      const stays = entry.stays?.includes(status) ?? false;
      expect([status, is.status]).toEqual([status, to ?? status]);
      expect([status, gapInHistory(is)]).toEqual([status, null]);
      // What came back had left: the one way of two steps, both in the history.
      const last = to === 'returned' && canTransition(status, 'shipped') ? 'shipped' : status;
      if (to !== undefined) expect(canTransition(last, to)).toBe(true);
      const answer = answers.get(orderId);
      if (to !== undefined || stays)
        expect([status, answer ?? entry.accepted]).toEqual([status, entry.accepted]);
      else if (entry.refusal !== undefined)
        expect([status, answer]).toEqual([status, refusalOf(entry, cell)]);
      if (to !== undefined) continue;
      const ofWorker = entry.refusal === undefined;
      const isSame = contentOf(was, ofWorker) === contentOf(is, ofWorker);
      expect([status, isSame]).toEqual([status, !stays]);
    }
  });

  test('control: a change of status past its history is found', async () => {
    const { cells = [] } = control ?? {};
    const { database } = bench.world;
    for (const one of (await snapshotsOf(database, cells)).values()) expect(gapInHistory(one)).toBeNull();
    const ids = cells.filter(({ status }) => status === 'cancelled').map(({ orderId }) => orderId);
    await database.pool.query(`UPDATE "order" SET status = 'accepted' WHERE id = ANY ($1)`, [ids]);
    const found = [...(await snapshotsOf(database, cells)).values()].flatMap(
      (one) => gapInHistory(one) ?? [],
    );
    expect(found).toEqual(['it is accepted, and its history ends with cancelled']);
  });
});
