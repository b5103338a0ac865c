import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { releaseDead, showLife } from '../../rules/outbox/dead-workers.ts';
import { addJobs } from '../../rules/outbox/jobs.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/log.ts';
import { createWorld, type World } from './world.ts';

describe('jobs of the outbox', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const jobs = () =>
    world.rows<{ key: string; payload: unknown; held: boolean }>(
      `SELECT j.key, p.payload, j.locked_by IS NOT NULL AS held
       FROM graphile_worker.jobs j JOIN graphile_worker._private_jobs p ON p.id = j.id ORDER BY j.id`,
    );
  const heldQueues = () =>
    world.rows('SELECT queue_name FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL');
  /** As a worker leaves it that is killed in the middle of its job. */
  const holdAll = async (poolId: string) => {
    await world.rows(
      'UPDATE graphile_worker._private_jobs SET locked_by = $1, locked_at = now(), attempts = 1',
      poolId,
    );
    await world.rows(
      'UPDATE graphile_worker._private_job_queues SET locked_by = $1, locked_at = now()',
      poolId,
    );
  };
  const quote = () => ({
    name: 'fetch-quote' as const,
    payload: { quoteId: randomUUID(), merchantId: '01a200c1-5604-77d2-ada9-abbffbafca6b' },
  });
  const deps = () => ({ database: world.database, log: silentLog });

  test('what a killed worker held is free again, and its spent job gone; without that its queue stays shut', async () => {
    await addJobs(world.database.pool, [quote()]);
    await holdAll('pool-of-the-dead');
    expect(await heldQueues()).toHaveLength(1);
    await releaseDead(deps());
    expect(await heldQueues()).toEqual([]);
    expect(await jobs()).toEqual([]);
  });

  test('a worker that is told to stop while it waits for its connection stops', async () => {
    const { pool } = world.database;
    const taken = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
    const over = new AbortController();
    const living = showLife({ ...world, log: silentLog }, 'pool-of-the-new', over.signal);
    over.abort();
    for (const client of taken) client.release();
    await living;
  });

  const inTurn = () =>
    world.rows<{ key: string }>('SELECT key FROM graphile_worker.jobs ORDER BY priority, run_at, id');
  const message = (urgent: boolean) => ({
    name: 'deliver-message' as const,
    payload: { deliveryId: randomUUID(), attempt: 0 },
    urgent,
  });

  test('a backlog of messages holds up neither an order nor the announcement it waits for', async () => {
    const [news, announcement] = [message(false), message(true)];
    const order = { name: 'place-order' as const, payload: { orderId: randomUUID(), retry: false } };
    for (const job of [news, announcement, order]) await addJobs(world.database.pool, [job]);
    expect((await inTurn()).map(({ key }) => key)).toEqual([
      `deliver-message:${announcement.payload.deliveryId}`,
      `place-order:${order.payload.orderId}`,
      `deliver-message:${news.payload.deliveryId}`,
    ]);
  });

  test('a job that waits keeps its place when it is asked for again', async () => {
    const [first, second] = [message(false), message(false)];
    for (const job of [first, second, first]) await addJobs(world.database.pool, [job]);
    expect((await inTurn()).map(({ key }) => key)).toEqual([
      `deliver-message:${first.payload.deliveryId}`,
      `deliver-message:${second.payload.deliveryId}`,
    ]);
  });

  test('a worker that lives keeps what it holds', async () => {
    await addJobs(world.database.pool, [quote()]);
    await holdAll('pool-of-the-living');
    const client = await world.database.pool.connect();
    try {
      await client.query(`SELECT pg_advisory_lock(${0x6f7574}, hashtext('pool-of-the-living'))`);
      await releaseDead(deps());
      expect(await jobs()).toMatchObject([{ held: true }]);
      expect(await heldQueues()).toHaveLength(1);
    } finally {
      client.release(true);
    }
    await eventually(async () => {
      await releaseDead(deps());
      expect(await heldQueues()).toEqual([]);
    });
  });

  test('a service that works by itself shows that it lives, and stops to when it is closed', async () => {
    const living = () =>
      world.rows(
        `SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()
         WHERE l.locktype = 'advisory' AND l.classid = ${0x6f7574}`,
      );
    const rules = await world.anotherRules();
    rules.start();
    await eventually(async () => expect(await living()).toHaveLength(1));
    await rules.close();
    await eventually(async () => expect(await living()).toEqual([]));
  });

  test('a first attempt that still waits its turn stays one, however long it waits', async () => {
    const orderId = randomUUID();
    const place = (retry: boolean) => ({ name: 'place-order' as const, payload: { orderId, retry } });
    await addJobs(world.database.pool, [place(false)]);
    await addJobs(world.database.pool, [place(true)]);
    expect(await jobs()).toMatchObject([{ payload: { orderId, retry: false } }]);
    // A worker has begun with it, so it may have reached the merchant.
    await holdAll('pool-of-the-dead');
    await addJobs(world.database.pool, [place(true)]);
    expect((await jobs()).map(({ payload }) => payload)).toContainEqual({ orderId, retry: true });
  });
});
