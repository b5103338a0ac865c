import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { createWorld, START, type World } from './world.ts';

describe('housekeeping', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ READING_RETENTION_MONTHS: '2', DEAD_LETTER_RETENTION_DAYS: '30' });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const partitions = async () =>
    (
      await world.rows<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'reading'::regclass ORDER BY name`,
      )
    ).map(({ name }) => name);

  test('months are made ahead and dropped after their retention, as the clock goes on', async () => {
    await world.rules.drain();
    expect(await partitions()).toEqual([
      'reading_2026_07',
      'reading_2026_08',
      'reading_2026_09',
      'reading_2026_10',
      'reading_2026_11',
    ]);
    const store = (at: number) =>
      world.rows(
        `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind) VALUES ($1, $2, 1, $2, 'unknown')`,
        randomUUID(),
        new Date(at),
      );
    await store(START);
    await expect(store(START + 120 * DAY_MS)).rejects.toThrow('no partition');
    world.clock.advanceTo(START + 120 * DAY_MS);
    await world.rules.drain();
    await store(world.clock.now());
    expect(await partitions()).toEqual([
      'reading_2026_11',
      'reading_2026_12',
      'reading_2027_01',
      'reading_2027_02',
      'reading_2027_03',
    ]);
  });

  test('dead letters, receipts and orphaned announcements go when their time is over', async () => {
    const [merchant] = await world.rows<{ id: string }>(
      `INSERT INTO merchant (name, base_url, api_key, webhook_secret, created_at) VALUES ('M', '', '', '', $1) RETURNING id`,
      new Date(START),
    );
    for (const [i, days] of [0, 29, 31, 400].entries()) {
      const at = new Date(START - days * DAY_MS);
      await world.rows(`INSERT INTO dead_letter (received_at, reason, detail) VALUES ($1, 'bad', '')`, at);
      await world.rows('INSERT INTO webhook_receipt VALUES ($1, $2, $3)', merchant?.id, `w${i}`, at);
      await world.rows(
        `INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at) VALUES ($1, '{}', '{}', '{}', $2)`,
        randomUUID(),
        at,
      );
    }
    await world.rules.drain();
    expect(await world.rows('SELECT FROM dead_letter')).toHaveLength(2);
    expect(await world.rows('SELECT FROM webhook_receipt')).toHaveLength(2);
    expect(await world.rows('SELECT FROM evaluation_queue')).toHaveLength(1);
  });

  test('a task runs once a day, whichever of the processes comes first', async () => {
    const runs = async () =>
      (
        await world.rows<{ at: Date }>(
          `SELECT updated_at AS at FROM setting WHERE key = 'housekeeping:retention'`,
        )
      )[0]?.at;
    const letter = (at: number) =>
      world.rows(
        `INSERT INTO dead_letter (received_at, reason, detail) VALUES ($1, 'bad', '')`,
        new Date(at),
      );
    await world.rules.drain();
    expect(await runs()).toEqual(new Date(START));
    const another = await world.anotherRules();
    world.clock.advanceTo(START + DAY_MS / 2);
    await letter(START - 40 * DAY_MS);
    await Promise.all([world.rules.drain(), another.drain()]);
    expect(await runs()).toEqual(new Date(START));
    expect(await world.rows('SELECT FROM dead_letter')).toHaveLength(1);
    world.clock.advanceTo(START + DAY_MS);
    await Promise.all([world.rules.drain(), another.drain()]);
    expect(await runs()).toEqual(new Date(START + DAY_MS));
    expect(await world.rows('SELECT FROM dead_letter')).toEqual([]);
  });
});
