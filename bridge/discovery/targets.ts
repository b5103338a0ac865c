import { addressesOf, type BridgeConfig, PROTOCOLS } from '../config.ts';
import type { Target } from '../target.ts';
import type { Announced } from './mdns.ts';

/** The places the user named one by one. */
export function namedTargets(config: BridgeConfig): Target[] {
  return config.discover.hosts.map((entry) => ({
    host: entry.host,
    snmpPort: ('snmpPort' in entry ? entry.snmpPort : undefined) ?? config.snmp.port,
    ippPort: ('ippPort' in entry ? entry.ippPort : undefined) ?? config.ipp.port,
    ippPath: 'ippPath' in entry ? entry.ippPath : undefined,
    by: ('by' in entry ? entry.by : undefined) ?? PROTOCOLS,
    origin: 'host',
    silences: new Map(),
  }));
}

export function rangeTargets(config: BridgeConfig): Target[] {
  return config.discover.ranges.flatMap(addressesOf).map((host) => ({
    host,
    snmpPort: config.snmp.port,
    ippPort: config.ipp.port,
    by: PROTOCOLS,
    origin: 'range',
    silences: new Map(),
  }));
}

export function announcedTargets(announced: readonly Announced[], config: BridgeConfig): Target[] {
  return announced.map(({ address, ippPort, ippPath }) => ({
    host: address,
    snmpPort: config.snmp.port,
    ippPort: ippPort ?? config.ipp.port,
    ippPath,
    by: PROTOCOLS,
    origin: 'mdns',
    silences: new Map(),
  }));
}
