import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CoreFilter } from '../../device-sim/core-filter/filter.ts';
import { answerLines, LONGEST_LINE } from '../../device-sim/core-filter/lines.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-05T17:00:00Z');

interface Answer {
  readonly ok: boolean;
  readonly order?: boolean;
  readonly quantity?: number;
  readonly state?: string;
  readonly level?: number | null;
  readonly p10?: string | null;
  readonly p50?: string | null;
  readonly p90?: string | null;
  readonly emptyBy?: readonly { readonly probability: number }[];
  readonly error?: { readonly code: string };
}

const ask = (filter: CoreFilter, request: object): Answer =>
  filter.answer(JSON.stringify(request)) as unknown as Answer;

/** Two per cent a working day until `days` days are told; a decision after each. */
function live(filter: CoreFilter, days: number, commit = true): Answer[] {
  ask(filter, { op: 'init', model: { typicalLifeDays: 50 } });
  return Array.from({ length: days }, (_, day) => {
    const at = START + day * DAY;
    ask(filter, { op: 'reading', at, level: Math.max(0, Math.round(100 - 2 * day) / 100) });
    return ask(filter, { op: 'decide', at: at + 60_000, commit, dates: [at + 7 * DAY, at + 60 * DAY] });
  });
}

test('a consumable that runs down is ordered once, before it is empty', () => {
  const answers = live(new CoreFilter(), 50);
  const orders = answers.flatMap(({ order }, day) => (order === true ? [day] : []));
  expect(orders).toHaveLength(1);
  expect(orders[0]).toBeGreaterThan(5);
  expect(orders[0]).toBeLessThan(46);
});

test('control: an answer that is not committed opens no order, so it is repeated', () => {
  const answers = live(new CoreFilter(), 50, false);
  expect(answers.filter(({ order }) => order === true).length).toBeGreaterThan(1);
});

test('what may only be asked is no order and opens none, but says what is asked', () => {
  const filter = new CoreFilter();
  ask(filter, { op: 'init', model: { typicalLifeDays: 50 } });
  for (let day = 0; day < 25; day += 1) {
    ask(filter, { op: 'reading', at: START + day * DAY, level: 1 - 0.02 * day });
  }
  const at = START + 45 * DAY;
  const asked = { order: false, outcome: 'ask', quantity: 1, placeAt: new Date(at).toISOString() };
  expect(ask(filter, { op: 'decide', at })).toMatchObject(asked);
  expect(ask(filter, { op: 'decide', at })).toMatchObject({ ...asked, onOrder: 0 });
});

test('a delivery ends the open order, and the spare holds the next one back', () => {
  const filter = new CoreFilter();
  live(filter, 46);
  const at = START + 46 * DAY;
  expect(ask(filter, { op: 'decide', at })).toMatchObject({ outcome: 'wait', onOrder: 1 });
  expect(ask(filter, { op: 'delivered', at })).toMatchObject({ ok: true });
  expect(ask(filter, { op: 'decide', at: at + 60_000 })).toMatchObject({
    order: false,
    onShelf: 1,
    onOrder: 0,
  });
});

test('quantiles are in order and later dates are likelier empty', () => {
  for (const { p10, p50, p90, emptyBy } of live(new CoreFilter(), 40).slice(10)) {
    expect(Date.parse(p10 ?? '')).toBeLessThanOrEqual(Date.parse(p50 ?? ''));
    expect(Date.parse(p50 ?? '')).toBeLessThanOrEqual(Date.parse(p90 ?? ''));
    expect(emptyBy?.[0]?.probability).toBeLessThanOrEqual(emptyBy?.[1]?.probability ?? 0);
  }
});

test('the same requests give the same answers, and a repeated reading the same state', () => {
  expect(live(new CoreFilter(), 30)).toEqual(live(new CoreFilter(), 30));
  const filter = new CoreFilter();
  live(filter, 10);
  const reading = { op: 'reading', at: START + 10 * DAY, seq: 99, level: 0.8 };
  const once = ask(filter, reading);
  expect(ask(filter, reading).state).toBe(once.state);
  expect(ask(filter, { ...reading, at: START + 11 * DAY, seq: 100 }).state).not.toBe(once.state);
});

test('bad lines get an error object and change nothing', () => {
  const filter = new CoreFilter();
  const before = live(filter, 30).at(-1)?.state;
  expect(ask(filter, { op: 'reading', at: START, level: 7 }).error?.code).toBe('bad-request');
  expect(ask(filter, { op: 'decide', id: 'other', at: START }).error?.code).toBe('not-initialised');
  expect(ask(filter, { op: 'init', leadTime: [0, 0] }).error?.code).toBe('bad-request');
  expect(filter.answer('{"op":')).toMatchObject({ ok: false, error: { code: 'bad-json' } });
  expect(ask(filter, { op: 'decide', at: START + 29 * DAY + 60_000 }).state).toBe(before);
});

test('whatever a line says, it gets one answer', () => {
  const filter = new CoreFilter();
  live(filter, 5);
  const instant = fc.oneof(
    fc.integer(),
    fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
    fc.string(),
  );
  const request = fc.record(
    {
      op: fc.constantFrom(
        'init',
        'reading',
        'delivered',
        'replaced',
        'shelf-count',
        'cancelled',
        'decide',
        'other',
      ),
      at: instant,
      level: fc.oneof(fc.double(), fc.constantFrom('some', 'unknown', null)),
      counter: fc.oneof(fc.double(), fc.constant(null)),
      quantity: fc.integer(),
      dates: fc.array(instant, { maxLength: 3 }),
      leadTime: fc.oneof(fc.array(fc.double()), fc.dictionary(fc.string(), fc.double())),
    },
    { requiredKeys: ['op'] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        request.map((value) => JSON.stringify(value)),
      ),
      (line) => {
        const answer = filter.answer(line);
        if (line.trim() === '') return answer === null;
        JSON.stringify(answer);
        return typeof answer?.['ok'] === 'boolean';
      },
    ),
    { numRuns: 400 },
  );
});

test('lines may be cut anywhere, and an overlong one is one bad line', async () => {
  const filter = new CoreFilter();
  const lines = [
    '{"op":"init","id":"grün"}',
    'x'.repeat(LONGEST_LINE + 10),
    '{"op":"decide","id":"grün","at":5}',
  ];
  const bytes = Buffer.from(lines.join('\n'));
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 7919) chunks.push(bytes.subarray(at, at + 7919));
  // One chunk ends inside the two bytes of "ü".
  const cut = bytes.indexOf(0xc3) + 1;
  const input = Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)]);
  const answers = await collect(input, filter);
  expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect((await collect(Readable.from(chunks), new CoreFilter())).map(({ ok }) => ok)).toEqual([
    true,
    false,
    true,
  ]);
});

async function collect(input: Readable, filter: CoreFilter): Promise<Answer[]> {
  const { PassThrough } = await import('node:stream');
  const output = new PassThrough();
  const all = text(output);
  await answerLines(input, output, (line) => filter.answer(line));
  output.end();
  return (await all)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

test('as a process: answers come while it lives, and it ends with its input', async () => {
  const child = spawn(process.execPath, ['device-sim/core-filter.ts', '--jsonl'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write('not json\n{"op":"init"}\n');
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  expect(String(first)).toContain('"ok":false');
  child.stdin.end('{"op":"decide","at":"2026-01-05T00:00:00Z"}');
  const [rest, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(0);
  expect(String(first) + rest).toContain('"op":"decide"');
});
