import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Notices } from '../../api/live/notices.ts';
import type { Browser } from '../api-auth/support/browser.ts';
import { expectStatus, join, joinStaff, ownCustomer } from '../api-auth/support/people.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/log.ts';
import { type ServedPlatform, servePlatform } from './support/platform.ts';

let served: ServedPlatform;
let ada: Browser;
let adas: string;
beforeAll(async () => {
  served = await servePlatform();
  ada = await join(served, 'ada@example.org');
  adas = await ownCustomer(ada, 'Ada');
});
afterAll(() => served[Symbol.asyncDispose]());

interface Listener extends AsyncDisposable {
  /** Topics told so far, each `change` an entry. */
  readonly changes: string[][];
  readonly said: () => string;
  readonly ended: Promise<void>;
}

/** Listens as a browser does. */
async function listen(browser: Browser, path: string): Promise<Listener> {
  const abort = new AbortController();
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(`${served.url}${path}`, {
    headers: { accept: 'text/event-stream', cookie, ...Object.fromEntries(browser.headers) },
    signal: abort.signal,
  });
  if (response.status !== 200 || response.body === null) throw new Error(`${response.status}`);
  let said = '';
  const changes: string[][] = [];
  const read = async () => {
    for await (const chunk of response.body ?? []) {
      said += Buffer.from(chunk).toString();
      changes.length = 0;
      for (const [, data = ''] of said.matchAll(/event: change\ndata: (.*)\n\n/g))
        changes.push(JSON.parse(data).topics);
    }
  };
  const ended = read().catch(() => undefined);
  return {
    changes,
    said: () => said,
    ended,
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await ended;
    },
  };
}

/** The first words of a connection are that everything may have changed; tests begin after them. */
async function settled(listener: Listener): Promise<void> {
  await eventually(() => expect(listener.said()).toContain('retry:'));
}

/** Asks for a stream over a connection of its own, and reads nothing. */
function ask(browser: Browser): Socket {
  const { port, host } = new URL(served.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  socket.write(
    `GET /v1/live HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\nCookie: ${cookie}\r\n\r\n`,
  );
  return socket;
}

/** Nobody's stream begins while this is held, because no lease can be written. */
async function holdLeases() {
  const client = new pg.Client(served.platform.database.url);
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE live_watch IN ACCESS EXCLUSIVE MODE');
  return {
    waiting: (count: number) =>
      eventually(async () => {
        const { rowCount } = await client.query(
          `SELECT FROM pg_locks WHERE NOT granted AND relation = 'live_watch'::regclass`,
        );
        expect(rowCount).toBe(count);
      }),
    [Symbol.asyncDispose]: async () => {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

describe('GET /v1/live', () => {
  test('tells a customer of their own changes, and nobody else', async () => {
    const eve = await join(served, 'eve@example.org');
    const eves = await ownCustomer(eve, 'Eve');
    await using hers = await listen(ada, `/v1/live?customerId=${adas}`);
    await using others = await listen(eve, '/v1/live');
    await settled(others);
    const before = others.changes.length;
    await expectStatus(
      ada.post('/v1/holds', { customerId: adas, startsOn: '2026-12-24', endsOn: '2026-12-26' }),
      201,
    );
    await eventually(() => expect(hers.changes.flat()).toContain('holds'));
    // Eve's own change comes after Ada's: had Ada's been told to her, it would be there by now.
    await expectStatus(
      eve.post('/v1/holds', { customerId: eves, startsOn: '2026-12-24', endsOn: '2026-12-26' }),
      201,
    );
    await eventually(() => expect(others.changes.flat()).toContain('holds'));
    expect(others.changes.length).toBe(before + 1);
    const foreign = await ada.send('GET', `/v1/live?customerId=${eves}`);
    expect(foreign.status).toBe(404);
  });

  test('tells staff of the whole fleet', async () => {
    const staff = await joinStaff(served, 'ops@example.org', 'admin');
    await using fleet = await listen(staff, '/v1/live');
    await settled(fleet);
    await expectStatus(served.machine.post('/v1/halts', { reason: 'a test' }), 201);
    await eventually(() => expect(fleet.changes.flat()).toContain('halts'));
  });

  test('changes of one moment are told together, each topic once', async () => {
    await using hers = await listen(ada, '/v1/live');
    await settled(hers);
    const { rows } = await served.platform.database.pool.query<{ id: string }>(
      `INSERT INTO hold (customer_id, starts_on, created_at) SELECT $1, '2027-03-01', now() FROM generate_series(1, 300)
       RETURNING id`,
      [adas],
    );
    await served.platform.database.pool.query('UPDATE hold SET cancelled_at = now() WHERE id = ANY($1)', [
      rows.map(({ id }) => id),
    ]);
    await eventually(() => expect(hers.changes.filter((topics) => topics.includes('holds')).length).toBe(1));
  });

  test('a request that does not ask for a stream is refused instead of waiting for ever', async () => {
    const { status, body } = await ada.get('/v1/live');
    expect([status, body.code]).toEqual([406, 'not-acceptable']);
  });

  test('a session has a few streams, not any number', async () => {
    const open: Listener[] = [];
    for (let n = 0; n < 8; n += 1) open.push(await listen(ada, '/v1/live'));
    await expect(listen(ada, '/v1/live')).rejects.toThrow('429');
    for (const listener of open) await listener[Symbol.asyncDispose]();
    await eventually(() => listen(ada, '/v1/live').then((again) => again[Symbol.asyncDispose]()));
  });

  test('also when it asks for all of them at once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 30 }, () => listen(ada, '/v1/live')));
    const open = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    for (const listener of open) await listener[Symbol.asyncDispose]();
    expect(open.length).toBe(8);
    await eventually(() => listen(ada, '/v1/live').then((again) => again[Symbol.asyncDispose]()));
  });

  test('who leaves before the stream begins is not counted as listening', async () => {
    for (let round = 0; round < 2; round += 1) {
      await using door = await holdLeases();
      const impatient = Array.from({ length: 5 }, () => ask(ada));
      await door.waiting(5);
      for (const socket of impatient) {
        socket.destroy();
        await once(socket, 'close');
      }
      // The server has seen them go when it answers this.
      await expectStatus(ada.get('/health'), 200);
    }
    await eventually(() => listen(ada, '/v1/live').then((again) => again[Symbol.asyncDispose]()));
  });
});

describe('who is told', () => {
  test('while nobody watches, a change sends no notification; with a watcher, one a statement', async () => {
    const { pool } = served.platform.database;
    const heard: string[] = [];
    const client = new pg.Client(served.platform.database.url);
    await client.connect();
    client.on('notification', ({ payload = '' }) => heard.push(payload));
    await client.query('LISTEN live');
    const watched = '00000000-0000-7000-8000-0000000000aa';
    const insert = (id: string) =>
      pool.query(
        `INSERT INTO customer (id, name, time_zone, currency, created_at) VALUES ($1, 'A', 'UTC', 'EUR', now())`,
        [id],
      );
    const hold = (count: number) =>
      pool.query(
        `INSERT INTO hold (customer_id, starts_on, created_at) SELECT $1, '2027-01-01', now() FROM generate_series(1, $2)`,
        [watched, count],
      );
    await pool.query('DELETE FROM live_watch');
    await insert(watched);
    await hold(3);
    await pool.query(
      `INSERT INTO live_watch (subject_id, process_id, until) VALUES ($1, gen_random_uuid(), now() + interval '1 minute')`,
      [watched],
    );
    await hold(50);
    await eventually(() => expect(heard).toEqual([`holds|${watched}`]));
    await client.end();
  });

  test('payloads stay below the limit of PostgreSQL however many customers a statement touches', async () => {
    const { pool } = served.platform.database;
    await pool.query(
      `WITH made AS (
         INSERT INTO customer (name, time_zone, currency, created_at)
         SELECT 'many', 'UTC', 'EUR', now() FROM generate_series(1, 900) RETURNING id)
       INSERT INTO live_watch SELECT id, gen_random_uuid(), now() + interval '1 minute' FROM made`,
    );
    const heard: string[] = [];
    const notices = new Notices({
      url: served.platform.database.url,
      log: silentLog,
      onNotice: (payload) => heard.push(payload),
      onGap: () => {},
    });
    await notices.open();
    await pool.query(
      `INSERT INTO hold (customer_id, starts_on, created_at) SELECT id, '2027-01-01', now() FROM customer WHERE name = 'many'`,
    );
    await eventually(() => expect(heard.flatMap((payload) => payload.split(',')).length).toBe(900));
    expect(heard.length).toBe(5);
    await notices.close();
  });

  test('what was missed while the database was away is made up for', async () => {
    let gaps = 0;
    const { database } = served.platform;
    const notices = new Notices({
      url: database.url,
      log: silentLog,
      onNotice: () => {},
      onGap: () => {
        gaps += 1;
      },
    });
    await notices.open();
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'neverout-live'`,
    );
    await eventually(() => expect(gaps).toBeGreaterThanOrEqual(2));
    await notices.close();
  });
});

describe('closing', () => {
  test('does not wait for somebody whose stream was about to begin', async () => {
    const door = await holdLeases();
    const socket = ask(ada);
    await door.waiting(1);
    const closed = served.platform.close();
    await door[Symbol.asyncDispose]();
    await closed;
    socket.destroy();
  });
});
