import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { announcedBy } from '../../bridge/discovery/mdns.ts';
import { announcedTargets } from '../../bridge/discovery/targets.ts';
import { testConfig } from './support/config.ts';

const LOCAL: NetworkInterfaceInfo[] = [
  {
    address: '192.168.1.5',
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '00:00:00:00:00:00',
    internal: false,
    cidr: '192.168.1.5/24',
  },
];

const service = (addresses: string[], txt: unknown = {}, port = 631) => ({ addresses, port, txt });

test('a printer on this network: its port and path', () => {
  expect(announcedBy(service(['fe80::1', '192.168.1.77'], { rp: 'ipp/print' }, 8631), 'ipp', LOCAL)).toEqual({
    address: '192.168.1.77',
    ippPort: 8631,
    ippPath: '/ipp/print',
  });
  expect(announcedBy(service(['192.168.1.77'], {}, 515), 'printer', LOCAL)).toEqual({
    address: '192.168.1.77',
  });
});

test('an address that is not on this network is not asked: nobody else can send the bridge somewhere', () => {
  expect(announcedBy(service(['10.0.0.1', '8.8.8.8', '192.168.2.77']), 'ipp', LOCAL)).toBeNull();
  expect(announcedBy(service([]), 'ipp', LOCAL)).toBeNull();
});

test('paths and ports that make no sense are left out', () => {
  for (const rp of ['a b', 'x\r\nhost: y', '', 7, `${'p'.repeat(300)}`]) {
    expect(announcedBy(service(['192.168.1.77'], { rp }), 'ipp', LOCAL)).toEqual({
      address: '192.168.1.77',
      ippPort: 631,
    });
  }
  expect(announcedBy(service(['192.168.1.77'], null, 0), 'ipp', LOCAL)).toEqual({ address: '192.168.1.77' });
});

test('announced places are read by SNMP at the usual port too', () => {
  const config = testConfig('/nowhere', { discover: { mdns: true } });
  expect(announcedTargets([{ address: '192.168.1.77', ippPort: 8631 }], config)).toMatchObject([
    { host: '192.168.1.77', snmpPort: 161, ippPort: 8631, origin: 'mdns' },
  ]);
});
