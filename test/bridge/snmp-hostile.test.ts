import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPrinter } from '../../bridge/snmp/read-printer.ts';
import { openSession } from '../../bridge/snmp/session.ts';
import { type WalkBudget, walkSubtree } from '../../bridge/snmp/walk.ts';
import { observePrinterMib } from '../../contracts/printer/printer-mib.ts';
import type { VarbindValue } from '../../contracts/printer/snmprec.ts';
import { testConfig } from './support/config.ts';
import { type Behaviour, encodeAnswer, type Said, startHostileAgent } from './support/hostile-agent.ts';

const ROOT = '1.3.6.1.2.1.43.11.1.1';
const LAST = '1.3.6.1.2.1.99999';
const budgetOf = (entries: Partial<WalkBudget> = {}): WalkBudget => ({
  objects: 500,
  bytes: 50_000,
  requests: 200,
  deadlineMs: performance.now() + 20_000,
  ...entries,
});

/** Long enough for an answer on a busy machine. */
const PATIENT_MS = 3_000;
/** Where nothing that could be understood comes: an answer that is later than this is silence too. */
const IMPATIENT_MS = 30;

async function walk(behave: Behaviour, budget = budgetOf(), timeoutMs = PATIENT_MS) {
  await using agent = await startHostileAgent(behave);
  const session = openSession(
    { address: '127.0.0.1', port: agent.port, context: '', timeoutMs, retries: 0 },
    { version: '2c', community: 'public' },
  );
  const found = new Map<string, VarbindValue>();
  try {
    const end = await walkSubtree(session, ROOT, found, budget);
    return { end, found, requests: agent.requests() };
  } finally {
    session.close();
  }
}

const next = (oid: string): string =>
  oid === ROOT ? `${ROOT}.9.1.1` : oid.replace(/\d+$/u, (n) => String(Number(n) + 1));

test('a walk that ends is complete: the control of the tests below', async () => {
  const { end, found } = await walk(({ oid }) => [
    oid === ROOT ? { oid: `${ROOT}.9.1.1`, value: 7 } : { oid: LAST, value: 1 },
  ]);
  expect(end).toBe('complete');
  expect([...found]).toEqual([[`${ROOT}.9.1.1`, 7]]);
});

test('an agent that answers the same object for ever is stopped, and what it said once is kept', async () => {
  const { end, found, requests } = await walk(() => [{ oid: `${ROOT}.9.1.1`, value: 7 }]);
  expect(end).toBe('oid-not-increasing');
  expect(found.size).toBe(1);
  expect(requests).toBe(2);
});

test('a loop inside one bulk answer is noticed', async () => {
  const { end, found } = await walk(() => [1, 2, 3, 2].map((i) => ({ oid: `${ROOT}.9.1.${i}`, value: i })));
  expect(end).toBe('oid-not-increasing');
  expect(found.size).toBe(3);
});

test('a table without end is cut off by the number of objects, of octets, of requests, and by time', async () => {
  const endless: Behaviour = ({ oid }) => [{ oid: next(oid), value: 1 }];
  const { end, found } = await walk(endless, budgetOf({ objects: 25 }));
  expect([end, found.size]).toEqual(['too-many-objects', 25]);
  const fat: Behaviour = ({ oid }) => [{ oid: next(oid), value: Buffer.alloc(4000) }];
  expect(await walk(fat, budgetOf({ bytes: 40_000 }))).toMatchObject({ end: 'too-many-bytes', requests: 10 });
  expect((await walk(endless, budgetOf({ requests: 12 }))).end).toBe('too-many-requests');
  expect((await walk(endless, budgetOf({ deadlineMs: performance.now() - 1 }))).end).toBe('out-of-time');
});

test('truncated and empty datagrams are silence; the session hears the next one', async () => {
  const truncated = Buffer.from('3082ffff020101', 'hex');
  const silence = (said: Buffer) => walk(() => said, budgetOf(), IMPATIENT_MS);
  expect((await silence(truncated)).end).toBe('silent');
  expect((await silence(Buffer.alloc(0))).end).toBe('silent');
  const { end } = await walk(
    (_, count) => (count === 0 ? truncated : [{ oid: LAST, value: 1 }]),
    budgetOf(),
    1_000,
  );
  expect(end).toBe('complete');
});

test('an answer without a single object is told apart', async () => {
  expect((await walk(() => [])).end).toBe('garbled');
});

test('an answer from another address is not heard', async () => {
  // The guard compares addresses: asked for 127.0.0.2, the agent answers from 127.0.0.1.
  await using agent = await startHostileAgent(() => [{ oid: `${ROOT}.9.1.1`, value: 7 }]);
  const session = openSession(
    { address: '127.0.0.2', port: agent.port, context: '', timeoutMs: IMPATIENT_MS, retries: 0 },
    { version: '2c', community: 'public' },
  );
  expect(await session.get(['1.3.6.1.2.1.1.2.0'])).toMatchObject({ ok: false, code: 'silent' });
  session.close();
});

test('any octets for an answer: bounded, and never an exception', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 3 }),
      async (answers) => {
        const { end } = await walk(
          (_, count) => Buffer.from(answers[count % answers.length] ?? []),
          budgetOf(),
          IMPATIENT_MS,
        );
        expect(['silent', 'garbled']).toContain(end);
      },
    ),
    { numRuns: 15 },
  );
});

test('an answer that the library reads without objects is told apart, not waited for', async () => {
  // Found by the test below: the changed octet sits in the head of the first object.
  const { end } = await walk(
    (asked) => {
      const answer = encodeAnswer(asked, [{ oid: `${ROOT}.9.1.1`, value: 1 }]);
      answer[25] = 209;
      return answer;
    },
    budgetOf(),
    IMPATIENT_MS,
  );
  expect(['silent', 'garbled']).toContain(end);
});

test('a good answer with some octets changed: bounded, and never an exception', async () => {
  const change = fc.record({ at: fc.nat(120), to: fc.nat(255) });
  const said: Said[] = [1, 2, 3].map((i) => ({
    oid: `${ROOT}.9.1.${i}`,
    value: i === 2 ? Buffer.from('Toner') : i,
  }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const { requests } = await walk(
        (asked) => {
          const answer = encodeAnswer(asked, said);
          for (const { at, to } of changes) answer[at % answer.length] = to;
          return answer;
        },
        budgetOf({ requests: 20 }),
        IMPATIENT_MS,
      );
      expect(requests).toBeLessThanOrEqual(21);
    }),
    { numRuns: 40 },
  );
});

test('a printer whose walk breaks off still tells what it told, and what is missing', async () => {
  const supplies: Said[] = [
    [4, 3],
    [5, 21],
    [8, 100],
    [9, 40],
  ].map(([column, value]) => ({ oid: `${ROOT}.${column}.1.1`, value: value ?? 0 }));
  await using agent = await startHostileAgent(({ oid, pdu }) => {
    if (pdu === 0xa0) return [{ oid, value: 1 }];
    if (oid === '1.3.6.1.2.1.43' || oid === ROOT) return supplies;
    return supplies.some((said) => said.oid === oid) ? supplies.slice(0, 1) : null;
  });
  const { snmp } = testConfig('/nowhere', { snmp: { versions: ['2c'], timeoutMs: 500, retries: 0 } });
  const result = await readPrinter({ address: '127.0.0.1', port: agent.port, readOthers: true }, snmp);
  if (!result.ok) throw new Error(result.detail);
  const codes = result.reading.problems.map(({ code }) => code);
  expect(codes).toContain('snmp-oid-not-increasing');
  expect(codes).toContain('snmp-silent');
  expect(observePrinterMib(result.reading.varbinds).supplies).toMatchObject([
    { level: { kind: 'measured', value: 0.4 } },
  ]);
});
