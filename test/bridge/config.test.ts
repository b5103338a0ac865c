import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandRange, MAX_ADDRESSES } from '../../bridge/address-range.ts';
import { parseBridgeConfig } from '../../bridge/config.ts';
import { namedTargets, rangeTargets } from '../../bridge/discovery/targets.ts';
import { StartError } from '../../platform/start-error.ts';

const parse = (value: unknown) => parseBridgeConfig(JSON.stringify(value), 'bridge.json', '/etc/bridge');
const LEAST = { broker: { url: 'mqtt://broker:1883' }, discover: { hosts: ['192.168.1.20'] } };

test('the least that a configuration needs, with its defaults and paths beside the file', () => {
  const config = parse(LEAST);
  expect(config).toMatchObject({
    folder: '/etc/bridge/bridge-data',
    credentials: '/etc/bridge/bridge-credentials.json',
    discover: { mdns: false, ranges: [] },
    snmp: { versions: ['2c', '1'], communities: ['public'] },
    poll: { everySeconds: 300 },
  });
  expect(namedTargets(config)).toEqual([
    {
      host: '192.168.1.20',
      snmpPort: 161,
      silences: new Map(),
      ippPort: 631,
      ippPath: undefined,
      by: ['snmp', 'ipp'],
      origin: 'host',
    },
  ]);
});

test('every wrong entry is named at once', () => {
  const wrong = {
    broker: { url: 'http://broker' },
    discover: { hosts: ['a b'], ranges: ['10.0.0.0/8', '192.168.1.9-192.168.1.3'] },
    snmp: { versions: ['3'], timeout: 5 },
    poll: { jitter: 2 },
    colour: 'blue',
  };
  expect(() => parse(wrong)).toThrow(StartError);
  const message = messageOf(() => parse(wrong));
  for (const part of ['broker.url', 'hosts.0', 'ranges.0', 'ranges.1', 'timeout', 'poll.jitter', 'colour']) {
    expect(message).toContain(part);
  }
  expect(message).toContain(`at most ${MAX_ADDRESSES}`);
});

test('version 3 without users, nothing to discover, and no JSON are refused with the reason', () => {
  expect(messageOf(() => parse({ ...LEAST, snmp: { versions: ['3'] } }))).toContain('version 3 needs users');
  expect(messageOf(() => parse({ ...LEAST, discover: {} }))).toContain('names no printer');
  expect(messageOf(() => parseBridgeConfig('{', 'bridge.json', '/'))).toContain('not JSON');
});

test('ranges that are too large together are refused', () => {
  const ranges = ['10.0.0.0/20', '10.1.0.0/24'];
  expect(messageOf(() => parse({ ...LEAST, discover: { ranges } }))).toContain('together');
  expect(
    rangeTargets(parse({ ...LEAST, discover: { ranges: ['10.1.0.0/30'] } })).map(({ host }) => host),
  ).toEqual(['10.1.0.1', '10.1.0.2']);
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
}

test('ranges: first to last, without network and broadcast address', () => {
  expect(expandRange('192.168.1.254-192.168.2.1')).toEqual({
    ok: true,
    addresses: ['192.168.1.254', '192.168.1.255', '192.168.2.0', '192.168.2.1'],
  });
  expect(expandRange('192.168.1.8/30')).toEqual({ ok: true, addresses: ['192.168.1.9', '192.168.1.10'] });
  expect(expandRange('192.168.1.8/32')).toEqual({ ok: true, addresses: ['192.168.1.8'] });
});

test('what is no range says why, and a huge one costs nothing', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4',
    '1.2.3.256/24',
    '1.2.3.0/33',
    '1.2.3.1/24',
    '01.2.3.4/32',
    '::1/64',
    'a-b',
  ]) {
    expect(expandRange(text), text).toMatchObject({ ok: false });
  }
  expect(expandRange('0.0.0.0/0')).toMatchObject({
    ok: false,
    reason: expect.stringContaining('4294967294'),
  });
});

test('any range: never more than the limit, every address once and in order', () => {
  const address = fc
    .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
    .map((parts) => parts.join('.'));
  const text = fc.oneof(
    fc.tuple(address, fc.nat(33)).map(([a, bits]) => `${a}/${bits}`),
    fc.tuple(address, address).map(([a, b]) => `${a}-${b}`),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (range) => {
      const expanded = expandRange(range);
      if (!expanded.ok) return expanded.reason !== '';
      expect(expanded.addresses.length).toBeLessThanOrEqual(MAX_ADDRESSES);
      return new Set(expanded.addresses).size === expanded.addresses.length;
    }),
  );
});
