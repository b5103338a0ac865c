import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BufferedMessage, type BufferLimits, MessageBuffer } from '../../bridge/uplink/buffer.ts';
import { temporaryFolder } from './support/config.ts';

const WIDE: BufferLimits = { maxMessages: 1000, maxBytes: 1 << 20 };

const message = (seq: number): BufferedMessage => ({
  kind: 'telemetry',
  body: {
    v: 1,
    at: '2026-11-21T10:00:00Z',
    seq,
    consumables: { black: { level: 0.5, serial: 'Patrone Ä' } },
  },
});

/** What a bridge that starts now would deliver, in its order. */
function waiting(file: string, limits = WIDE): number[] {
  const buffer = new MessageBuffer(file, limits);
  const found: number[] = [];
  for (let next = buffer.first(); next !== undefined; next = buffer.first()) {
    found.push(next.body.seq);
    buffer.shift();
  }
  buffer.close();
  return found;
}

test('oldest first, and what was delivered is not delivered again', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a.jsonl');
  const buffer = new MessageBuffer(file, WIDE);
  for (const seq of [1, 2, 3, 4]) buffer.append(message(seq));
  buffer.shift();
  buffer.close();
  expect(waiting(file)).toEqual([2, 3, 4]);
  expect(waiting(file)).toEqual([]);
});

test('a file cut anywhere in its last line loses that line only, and takes the next', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a.jsonl');
  const lines = [1, 2].map((seq) => `${JSON.stringify(message(seq))}\n`);
  const whole = Buffer.byteLength(lines.join(''));
  const last = Buffer.byteLength(lines[1] ?? '');
  for (let cut = 1; cut <= last; cut += 7) {
    truncateSync(ensure(file), 0);
    appendFileSync(file, lines.join(''));
    truncateSync(file, whole - cut);
    const buffer = new MessageBuffer(file, WIDE);
    buffer.append(message(3));
    buffer.close();
    expect(waiting(file)).toEqual([1, 3]);
  }
});

function ensure(file: string): string {
  appendFileSync(file, '');
  return file;
}

test('kill -9 in the middle of appending: everything that was said to be on disk is there, in order', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a.jsonl');
  const script = fileURLToPath(new URL('support/append-for-ever.ts', import.meta.url));
  let said = -1;
  for (const enough of [1, 20, 150]) {
    const child = spawn('node', [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    const from = said;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      text += chunk.toString();
      said = Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1));
      if (said - from >= enough) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
  }
  const found = waiting(file, { maxMessages: 1_000_000, maxBytes: 1 << 30 });
  expect(found.length).toBeGreaterThan(said);
  expect(found).toEqual(found.map((_, i) => i));
});

test('a damaged line in the middle is passed over and counted', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a.jsonl');
  appendFileSync(file, `${JSON.stringify(message(1))}\n\0\0\0garbage\n${JSON.stringify(message(2))}\n`);
  const buffer = new MessageBuffer(file, WIDE);
  expect(buffer.size).toBe(2);
  expect(buffer.lost.damaged).toBe(1);
  buffer.close();
});

test('a full buffer thins its older half: the span and the newest stay, the file stays bounded', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a.jsonl');
  const buffer = new MessageBuffer(file, { maxMessages: 20, maxBytes: 1 << 20 });
  for (let seq = 0; seq < 500; seq++) buffer.append(message(seq));
  expect(buffer.size).toBeLessThanOrEqual(20);
  expect(buffer.lost.thinnedOut).toBe(500 - buffer.size);
  buffer.close();
  const found = waiting(file);
  expect(found[0]).toBe(0);
  expect(found.at(-1)).toBe(499);
  expect(found).toEqual([...found].sort((a, b) => a - b));
});

test('the bound in octets holds too, of what waits and of what is struck out', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a.jsonl');
  const size = Buffer.byteLength(`${JSON.stringify(message(100))}\n`);
  const limits = { maxMessages: 1000, maxBytes: size * 10 };
  const buffer = new MessageBuffer(file, limits);
  for (let seq = 100; seq < 200; seq++) {
    buffer.append(message(seq));
    if (seq % 2 === 0) buffer.shift();
    expect(statSync(file).size).toBeLessThanOrEqual(limits.maxBytes * 2 + size * 2);
  }
  buffer.close();
});

test('any mix of appending, delivering and restarting: a queue', async () => {
  await using folder = await temporaryFolder();
  let run = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom('append', 'shift', 'reopen'), { maxLength: 60 }), (steps) => {
      const file = join(folder.path, `${run++}.jsonl`);
      let buffer = new MessageBuffer(file, WIDE);
      const model: number[] = [];
      let seq = 0;
      for (const step of steps) {
        if (step === 'append') {
          buffer.append(message(seq));
          model.push(seq++);
        } else if (step === 'shift') {
          buffer.shift();
          model.shift();
        } else {
          buffer.close();
          buffer = new MessageBuffer(file, WIDE);
        }
        expect(buffer.first()?.body.seq).toBe(model[0]);
        expect(buffer.size).toBe(model.length);
      }
      buffer.close();
      expect(waiting(file)).toEqual(model);
    }),
    { numRuns: 40 },
  );
});

test('an empty buffer leaves an empty file', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a.jsonl');
  const buffer = new MessageBuffer(file, WIDE);
  buffer.append(message(1));
  buffer.shift();
  buffer.close();
  expect(readFileSync(file, 'utf8')).toBe('');
});
