import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { classifyFailure } from '../../broker/ingest-connection.ts';
import { IngestQueue } from '../../broker/ingest-queue.ts';
import { PacketFramer } from '../../broker/packet-framer.ts';
import { KeyedLimiter, TokenBucket } from '../../broker/rate-limit.ts';
import { SessionStore } from '../../broker/session-store.ts';
import { maySubscribe } from '../../broker/topic-acl.ts';
import { ManualClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { silentLog } from '../support/log.ts';

const packets = fc.array(
  fc.oneof(
    fc
      .record({ topic: fc.constantFrom('a', 'b/c'), payload: fc.string({ maxLength: 300 }) })
      .map(({ topic, payload }) =>
        generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false }),
      ),
    fc.constant(generate({ cmd: 'pingreq' })),
    fc.constant(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] })),
  ),
  { minLength: 1, maxLength: 20 },
);

describe('PacketFramer', () => {
  test('counts the packets however the bytes are cut, and knows when none is open', () => {
    fc.assert(
      fc.property(packets, fc.array(fc.nat({ max: 50 })), (sent, cuts) => {
        const framer = new PacketFramer(1_000);
        let rest = Buffer.concat(sent);
        let begun = 0;
        for (const cut of [...cuts, rest.length]) {
          expect(framer.follow(rest.subarray(0, cut))).toBeNull();
          rest = rest.subarray(cut);
          begun += framer.takeBegun();
        }
        expect(begun).toBe(sent.length);
        expect(framer.midPacket).toBe(false);
      }),
    );
  });

  test('the limit counts the whole packet, and is exact', () => {
    const bytes = generate({
      cmd: 'publish',
      topic: 'a',
      payload: 'x'.repeat(200),
      qos: 0,
      dup: false,
      retain: false,
    });
    expect(new PacketFramer(bytes.length).follow(bytes)).toBeNull();
    expect(new PacketFramer(bytes.length - 1).follow(bytes)).toBe('too-large');
    // Refused by its length alone.
    expect(new PacketFramer(bytes.length - 1).follow(bytes.subarray(0, 3))).toBe('too-large');
  });
});

describe('rate limits', () => {
  test('never more than the burst and the rate allow, whatever the timing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 200 }), (pauses) => {
        const bucket = new TokenBucket(10, 20, 0);
        let now = 0;
        let allowed = 0;
        for (const pause of pauses) {
          now += pause;
          if (bucket.waitMs(now) > 0) continue;
          allowed += 1;
          bucket.take(1, now);
        }
        expect(allowed).toBeLessThanOrEqual(20 + (now / 1000) * 10 + 1);
      }),
    );
  });

  test('after the wait that a bucket names, it is out of debt', () => {
    const bucket = new TokenBucket(20, 5, 0);
    const waitMs = bucket.take(105, 0);
    expect(waitMs).toBe(5_000);
    expect(bucket.waitMs(4_900)).toBeGreaterThan(0);
    expect(bucket.waitMs(5_000)).toBe(0);
  });

  test('keys do not share, memory is bounded, and whoever calms down comes back', () => {
    const limiter = new KeyedLimiter(3, 2);
    expect([1, 2, 3, 4].map(() => limiter.allow('a', 0))).toEqual([true, true, true, false]);
    expect(limiter.allow('b', 0)).toBe(true);
    expect(limiter.isOver('a', 0)).toBe(true);
    for (let i = 0; i < 1_000; i += 1) limiter.allow('a', 0);
    expect(limiter.allow('a', 81_000)).toBe(true);
    // A third key displaces the one seen longest ago.
    limiter.allow('c', 81_000);
    expect([1, 2, 3].map(() => limiter.allow('b', 81_000))).toEqual([true, true, true]);
  });
});

describe('SessionStore', () => {
  test('keeps a bounded number of sessions, dropping the ones used longest ago', async () => {
    const store = new SessionStore(maySubscribe, () => undefined);
    for (let i = 0; i <= 20_000; i += 1) await store.subscriptionsByClient({ id: String(i) });
    expect(await store.subscriptionsByClient({ id: '20000' })).toHaveLength(1);
    expect(await store.subscriptionsByClient({ id: '0' })).toEqual([]);
  });
});

describe('IngestQueue', () => {
  const row = {
    consumableId: 'c',
    at: 0,
    receivedAt: 0,
    levelKind: 'some',
    level: null,
    useCounter: null,
    supplySerial: null,
    historical: false,
  } as const;
  const options = { clock: new ManualClock(0), log: silentLog, metrics: createMetrics() };

  /** A queue over a store whose every batch waits for the test. */
  function heldQueue(maxPendingBytes: number) {
    const batches: { finish: () => void; fail: (error: Error) => void }[] = [];
    const acknowledged: number[] = [];
    const quarantined: number[] = [];
    let rooms = 0;
    const queue = new IngestQueue({
      ...options,
      maxPendingBytes,
      onRoom: () => {
        rooms += 1;
      },
      store: {
        store: () =>
          new Promise((done, fail) => batches.push({ finish: () => done({ readings: 0, events: 0 }), fail })),
        makePartitions: () => Promise.resolve(),
      },
    });
    const submit = (seq: number, rows = 1) =>
      queue.submit({
        readings: Array.from({ length: rows }, () => ({ ...row, seq })),
        event: null,
        payloadBytes: 1_000,
        acknowledge: () => acknowledged.push(seq),
        quarantine: () => quarantined.push(seq),
      });
    const turn = () => new Promise((next) => setImmediate(next));
    return { queue, batches, acknowledged, quarantined, submit, turn, rooms: () => rooms };
  }

  test('is full at its limit, has room again at half, and acknowledges in order of arrival', async () => {
    const { queue, batches, acknowledged, submit, turn, rooms } = heldQueue(100_000);
    let submitted = 0;
    while (!queue.full) submit(++submitted, submitted % 3);
    expect(submitted).toBeLessThan(100);
    await turn();
    expect({ acknowledged, rooms: rooms() }).toEqual({ acknowledged: [], rooms: 0 });
    batches[0]?.finish();
    await queue.drained();
    expect(queue.full).toBe(false);
    expect(rooms()).toBe(1);
    expect(acknowledged).toEqual(Array.from({ length: submitted }, (_, i) => i + 1));
  });

  test('what gathers during a commit is the next batch; a message is never split', async () => {
    const { queue, batches, acknowledged, submit, turn } = heldQueue(1e9);
    submit(1);
    await turn();
    for (let seq = 2; seq <= 60; seq += 1) submit(seq, 64);
    expect(batches).toHaveLength(1);
    batches[0]?.finish();
    await turn();
    // 2,000 rows are 31 messages of 64, not 31 and a quarter.
    expect(batches).toHaveLength(2);
    batches[1]?.finish();
    await turn();
    expect(acknowledged).toHaveLength(32);
    batches[2]?.finish();
    await queue.drained();
    expect(acknowledged).toHaveLength(60);
  });

  test('a batch that the database blames is halved until the one bad message stands alone', async () => {
    const { queue, batches, acknowledged, quarantined, submit, turn } = heldQueue(1e9);
    const sizes: number[] = [];
    const bad = Object.assign(new Error('violates check constraint'), { code: '23514' });
    for (let seq = 1; seq <= 8; seq += 1) submit(seq);
    await turn();
    // The fourth is bad: 8, 4, 2, 2 (3 and 4), 1, 1, then the other 4.
    for (const verdict of ['bad', 'bad', 'good', 'bad', 'good', 'bad', 'good']) {
      expect(acknowledged).toEqual([]);
      const batch = batches.at(-1);
      sizes.push(batches.length);
      if (verdict === 'good') batch?.finish();
      else batch?.fail(bad);
      await turn();
    }
    await queue.drained();
    expect(quarantined).toEqual([4]);
    expect(acknowledged).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(sizes).toHaveLength(7);
  });

  test('abandoned, it acknowledges nothing that was not stored', async () => {
    const { queue, batches, acknowledged, submit, turn } = heldQueue(1e9);
    submit(1);
    await turn();
    batches[0]?.fail(new Error('connection refused'));
    await turn();
    queue.abandon();
    await turn();
    expect(acknowledged).toEqual([]);
  });
});

describe('what a failure of the database means', () => {
  test.each([
    ['a check', { code: '23514', message: 'violates check constraint' }, 'data'],
    [
      'a missing month',
      { code: '23514', message: 'no partition of relation "reading" found for row' },
      'no-partition',
    ],
    ['text that cannot be stored', { code: '22021' }, 'data'],
    ['a deadlock', { code: '40P01' }, 'unavailable'],
    ['a shutdown', { code: '57P01' }, 'unavailable'],
    ['a full disk', { code: '53100' }, 'unavailable'],
    ['a table that is missing', { code: '42P01' }, 'unavailable'],
    ['a refused connection', { code: 'ECONNREFUSED' }, 'unavailable'],
    ['a broken one', new Error('Connection terminated'), 'unavailable'],
  ])('%s', (_, error, meaning) => expect(classifyFailure(error)).toBe(meaning));
});
