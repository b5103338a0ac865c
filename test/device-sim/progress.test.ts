import { expect, test } from 'vitest';
import { createProgress } from '../../device-sim/demo/progress.ts';

const CLEAR = '\r\u001b[2K';

const moment = (day: number) => ({
  now: Date.parse('2027-03-02T00:00:00Z'),
  day,
  days: 40,
  readings: 123_456,
  orders: { announced: 1, installed: 2, cancelled: 1 },
  purchases: 3,
  stockouts: 1,
});

function screenOf(isTTY: boolean, columns: number) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

test('a terminal gets one line that fits and is drawn again below what is told', () => {
  for (const columns of [0, 80, 200]) {
    const screen = screenOf(true, columns);
    const progress = createProgress(screen, false);
    progress.show(moment(10));
    progress.say('Something happened.');
    progress.done();
    const [first = '', told = '', again] = screen.written;
    expect(first.startsWith(CLEAR)).toBe(true);
    expect(first).toMatch(/day 10\/40 █+░+ Tue,? 02 Mar · 123,456 readings · 1 open, 3 bought, 2 arrived/);
    expect(first.length).toBeLessThan((columns || 110) + CLEAR.length);
    expect(told).toBe(`${CLEAR}Something happened.\n`);
    expect(again).toBe(first);
  }
});

test('elsewhere a line for each tenth of the period, and nothing when quiet', () => {
  const screen = screenOf(false, 0);
  const progress = createProgress(screen, false);
  for (let day = 1; day <= 40; day += 1) progress.show(moment(day));
  expect(screen.written).toHaveLength(10);
  expect(screen.written.every((line) => line.endsWith('ran dry\n'))).toBe(true);
  const quiet = screenOf(true, 80);
  createProgress(quiet, true).show(moment(1));
  expect(quiet.written).toEqual([]);
});
