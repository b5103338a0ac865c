import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendAudit } from '../../platform/audit/append.ts';
import type { AuditRecord } from '../../platform/audit/entry.ts';
import { type Verdict, verifyChain, verifySpan } from '../../platform/audit/verify.ts';
import { inTransaction } from '../../platform/database.ts';
import type { Statement } from '../../platform/prepared.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const NOW = Date.UTC(2026, 10, 21, 10);
const CUSTOMER = randomUUID();

const record = (n: number, overrides: Partial<AuditRecord> = {}): AuditRecord => ({
  at: NOW + n,
  actorKind: 'user',
  actorId: `user ${n}`,
  operation: 'POST /v1/holds',
  objectKind: 'hold',
  objectId: randomUUID(),
  customerId: CUSTOMER,
  requestId: randomUUID(),
  originAddress: '192.0.2.7',
  outcome: '201',
  ...overrides,
});

describe('the audit chain', () => {
  let database: TestDatabase;
  let emptyHead: Buffer;
  beforeAll(async () => {
    database = await createTestDatabase(NOW);
    const { rows } = await database.pool.query<{ hash: Buffer }>('SELECT hash FROM audit_head');
    emptyHead = rows[0]?.hash ?? Buffer.alloc(0);
    return () => database[Symbol.asyncDispose]();
  });
  beforeEach(() =>
    inTransaction(database.pool, async (db) => {
      await db.query('SET LOCAL session_replication_role = replica');
      await db.query('TRUNCATE audit_entry, audit_head');
      await db.query('INSERT INTO audit_head (seq, hash) VALUES (0, $1)', [emptyHead]);
    }),
  );

  const append = (...records: AuditRecord[]) =>
    inTransaction(database.pool, (db) => appendAudit(db, records));
  const fill = (count: number) => append(...Array.from({ length: count }, (_, n) => record(n)));
  const verify = () => verifyChain(database.pool);
  /** As somebody who owns the database could: past the triggers. */
  const tamper = (...statements: string[]) =>
    inTransaction(database.pool, async (db) => {
      await db.query('SET LOCAL session_replication_role = replica');
      for (const statement of statements) await db.query(statement);
    });
  const run = (...args: string[]) =>
    new Promise<{ code: unknown; output: string }>((resolve) => {
      const main = fileURLToPath(new URL('../../platform/audit/main.ts', import.meta.url));
      const env = { ...process.env, DATABASE_URL: database.url };
      execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
      );
    });

  test('is whole when empty, after one entry, and over several pages', async () => {
    expect(await verify()).toMatchObject({ whole: true, entries: 0 });
    await fill(1);
    expect(await verify()).toMatchObject({ whole: true, entries: 1 });
    await fill(2500);
    expect(await verify()).toMatchObject({ whole: true, entries: 2501 });
    // The control of everything below: past the triggers, but nothing changed.
    await tamper('UPDATE audit_entry SET outcome = outcome');
    expect(await verify()).toMatchObject({ whole: true, entries: 2501 });
    await tamper('DELETE FROM audit_entry WHERE seq = 2222');
    expect(await verify()).toEqual({ whole: false, seq: 2222, fault: 'is missing' });
  });

  test('is not added to by work that is rolled back', async () => {
    await fill(2);
    const failed = inTransaction(database.pool, async (db) => {
      await appendAudit(db, [record(3)]);
      throw new Error('undone');
    });
    await expect(failed).rejects.toThrow('undone');
    await fill(1);
    expect(await verify()).toMatchObject({ whole: true, entries: 3 });
  });

  test.for([
    ['at', `at = at + interval '1 ms'`],
    ['who', `actor_id = 'user 1'`],
    ['the kind of who', `actor_kind = 'nobody'`],
    ['nobody in particular', 'actor_id = NULL'],
    ['what', `operation = 'POST /v1/halts'`],
    ['the kind of object', `object_kind = 'halt'`],
    ['the object', 'object_id = NULL'],
    ['the customer', 'customer_id = uuidv7()'],
    ['the request', `request_id = 'other'`],
    ['the outcome', `outcome = '403'`],
    ['the address', `origin_address = '192.0.2.8'`],
    ['the address without its salt', 'origin_address = NULL'],
    ['the digest', `origin_digest = decode('00', 'hex')`],
    ['the hash', `hash = decode('00', 'hex')`],
    ['the hash before', `previous_hash = decode('00', 'hex')`],
  ])('shows an altered entry: %s', async ([, change]) => {
    await fill(6);
    await tamper(`UPDATE audit_entry SET ${change} WHERE seq = 4`);
    expect(await verify()).toMatchObject({ whole: false, seq: 4 });
  });

  test('shows the first of several altered entries', async () => {
    await fill(6);
    await tamper(`UPDATE audit_entry SET outcome = '403' WHERE seq IN (3, 5)`);
    expect(await verify()).toEqual({ whole: false, seq: 3, fault: 'was altered' });
  });

  test.for([1, 3, 6])('shows a deleted entry: %i of 6', async (seq) => {
    await fill(6);
    await tamper(`DELETE FROM audit_entry WHERE seq = ${seq}`);
    expect(await verify()).toEqual({ whole: false, seq, fault: 'is missing' });
  });

  test('shows a deletion whose gap was closed by renumbering', async () => {
    await fill(6);
    await tamper(
      'DELETE FROM audit_entry WHERE seq = 3',
      'UPDATE audit_entry SET seq = seq - 1 WHERE seq > 3',
    );
    expect(await verify()).toEqual({ whole: false, seq: 3, fault: 'does not follow the entry before' });
  });

  test('shows an end that was cut off, or everything gone', async () => {
    await fill(6);
    await tamper('DELETE FROM audit_entry WHERE seq > 4');
    expect(await verify()).toEqual({ whole: false, seq: 5, fault: 'is missing' });
    await tamper('DELETE FROM audit_entry');
    expect(await verify()).toEqual({ whole: false, seq: 1, fault: 'is missing' });
    await tamper('DELETE FROM audit_head');
    expect(await verify()).toMatchObject({ whole: false });
  });

  test('shows inserted entries, in the middle and at the end', async () => {
    await fill(6);
    const copy = (to: number) =>
      `INSERT INTO audit_entry SELECT ${to}, at, actor_kind, actor_id, operation, object_kind, object_id, customer_id,
         request_id, outcome, origin_address, origin_salt, origin_digest, previous_hash, hash
       FROM audit_entry WHERE seq = 2`;
    await tamper('UPDATE audit_entry SET seq = seq + 100 WHERE seq > 3');
    await tamper('UPDATE audit_entry SET seq = seq - 99 WHERE seq > 100', copy(4));
    expect(await verify()).toMatchObject({ whole: false, seq: 4 });
    await tamper('DELETE FROM audit_entry WHERE seq = 4');
    await tamper('UPDATE audit_entry SET seq = seq + 99 WHERE seq > 3');
    await tamper('UPDATE audit_entry SET seq = seq - 100 WHERE seq > 100');
    expect(await verify()).toMatchObject({ whole: true });
    await tamper(copy(7));
    expect(await verify()).toMatchObject({ whole: false, seq: 7 });
  });

  test('shows swapped entries', async () => {
    await fill(6);
    await tamper(
      'UPDATE audit_entry SET seq = seq + 100 WHERE seq IN (3, 4)',
      'UPDATE audit_entry SET seq = 107 - seq WHERE seq > 100',
    );
    expect(await verify()).toMatchObject({ whole: false, seq: 3 });
  });

  test('that was written anew as a whole is told by what was noted elsewhere', async () => {
    await fill(6);
    const noted = await verify();
    if (!noted.whole) throw new Error('not whole');
    const anchor = { seq: noted.entries, hash: noted.head };
    await fill(2);
    expect(await verifyChain(database.pool, anchor)).toMatchObject({ whole: true });
    await tamper(
      'DELETE FROM audit_entry',
      `UPDATE audit_head SET seq = 0, hash = decode(repeat('00', 32), 'hex')`,
    );
    await fill(8);
    expect(await verify()).toMatchObject({ whole: true, entries: 8 });
    expect(await verifyChain(database.pool, anchor)).toMatchObject({ whole: false, seq: 6 });
  });

  test('stays one when many write at once', async () => {
    const writers = Array.from({ length: 40 }, (_, n) => append(record(n), record(n + 100)));
    const verdicts: Verdict[] = [];
    for (let n = 0; n < 5; n += 1) verdicts.push(await verify());
    await Promise.all(writers);
    expect(await verify()).toMatchObject({ whole: true, entries: 80 });
    // Whoever looks while others write sees a whole chain too.
    for (const verdict of verdicts) expect(verdict.whole).toBe(true);
  });

  test('is needed: without the lock on its head two writers take the same place', async () => {
    const withoutLock = (work: (query: (text: string, values: unknown[]) => unknown) => Promise<void>) =>
      inTransaction(database.pool, (db) =>
        work((text, values) => db.query(text.replace('FOR UPDATE', ''), values)),
      );
    const both = Promise.withResolvers<void>();
    let read = 0;
    const write = (n: number) =>
      withoutLock(async (query) => {
        const db = {
          query: async (statement: string | Statement, values: unknown[]) => {
            const text = typeof statement === 'string' ? statement : statement.text;
            if (!text.includes('SELECT seq, hash FROM audit_head')) read += 1;
            if (read === 2) both.resolve();
            if (!text.includes('SELECT seq, hash FROM audit_head')) await both.promise;
            return (await query(text, values)) as never;
          },
        };
        await appendAudit(db, [record(n)]);
      });
    const results = await Promise.allSettled([write(1), write(2)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('can only be added to, but the address can be erased', async () => {
    await fill(3);
    const { pool } = database;
    await expect(pool.query(`UPDATE audit_entry SET outcome = '403'`)).rejects.toThrow('append-only');
    await expect(pool.query(`UPDATE audit_entry SET origin_address = 'x'`)).rejects.toThrow('append-only');
    await expect(pool.query('UPDATE audit_entry SET origin_address = NULL')).rejects.toThrow('append-only');
    await expect(
      pool.query(`UPDATE audit_entry SET origin_address = NULL, origin_salt = NULL, outcome = '403'`),
    ).rejects.toThrow('append-only');
    await expect(pool.query('DELETE FROM audit_entry')).rejects.toThrow('append-only');
    await expect(pool.query('TRUNCATE audit_entry')).rejects.toThrow('append-only');
    await pool.query('UPDATE audit_entry SET origin_address = NULL, origin_salt = NULL WHERE seq = 2');
    expect(await verify()).toMatchObject({ whole: true, entries: 3 });
  });

  test('is verified by a command that names the entry and says so by its exit code', async () => {
    await fill(3);
    const whole = await run('verify');
    expect(whole.code).toBe(0);
    const [noted = ''] = /3:[0-9a-f]{64}/.exec(whole.output) ?? [];
    expect((await run('verify', '--noted', noted)).code).toBe(0);
    const foreign = await run('verify', '--noted', `3:${'a'.repeat(64)}`);
    expect(foreign).toMatchObject({ code: 1, output: expect.stringContaining('entry 3 is not the one') });
    await tamper(`UPDATE audit_entry SET outcome = '403' WHERE seq = 2`);
    const altered = await run('verify');
    expect(altered).toMatchObject({ code: 1, output: expect.stringContaining('entry 2 was altered') });
    expect(await run('look')).toMatchObject({ code: 2, output: expect.stringContaining('Usage') });
  });

  test('is verified in parts, each from where the one before ended', async () => {
    await fill(25);
    const first = await verifySpan(database.pool, null, 10);
    if (first.verdict !== 'whole-so-far') throw new Error(`the first part is ${first.verdict}`);
    expect([first.reached.seq, first.entries]).toEqual([10, 10]);
    expect(await verifySpan(database.pool, first.reached, 100)).toMatchObject({
      verdict: 'whole',
      entries: 15,
    });
    await tamper('UPDATE audit_entry SET outcome = 403 WHERE seq = 17');
    expect(await verifySpan(database.pool, first.reached, 5)).toMatchObject({ verdict: 'whole-so-far' });
    expect(await verifySpan(database.pool, first.reached, 100)).toMatchObject({ verdict: 'broken', seq: 17 });
    // What lies before is the caller's word, which the chain must go on from.
    const other = { ...first.reached, hash: '00'.repeat(32) };
    expect(await verifySpan(database.pool, other, 5)).toMatchObject({ verdict: 'broken', seq: 11 });
  });
});
