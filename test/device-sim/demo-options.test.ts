import { expect, test } from 'vitest';
import { OptionError, parseOptions } from '../../device-sim/demo/options.ts';

test('defaults, every option, and help', () => {
  expect(parseOptions([])).toMatchObject({ days: 60, devices: 20, seed: 1, keep: false, report: null });
  const args = '--days 7 --devices 3 --seed -4 --report r.json --speed 2.5 --keep --quiet'.split(' ');
  args.splice(args.indexOf('-4') - 1, 2, '--seed=-4');
  expect(parseOptions(args)).toMatchObject({
    days: 7,
    devices: 3,
    seed: -4,
    report: 'r.json',
    speed: 2.5,
    keep: true,
    quiet: true,
  });
  expect(parseOptions(['--help'])).toBeNull();
});

test.each([['--days', '0'], ['--days', 'ten'], ['--speed', '-1'], ['--colour'], ['extra']])(
  'refuses %s %s in a sentence',
  (...args) => {
    expect(() => parseOptions(args)).toThrow(OptionError);
  },
);
