import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { mergeTwo, samePrinter } from '../contracts/printer/merge.ts';
import type { PrinterObservation } from '../contracts/printer/observation.ts';
import { observePrinterMib } from '../contracts/printer/printer-mib.ts';
import type { BridgeConfig, Protocol } from './config.ts';
import type { IppEndpoint } from './ipp/exchange.ts';
import type { Pins } from './ipp/pins.ts';
import { readPrinterByIpp } from './ipp/read-printer.ts';
import { readPrinter } from './snmp/read-printer.ts';
import type { SnmpAccess } from './snmp/session.ts';

/** A place where a printer may be. What worked there is remembered and tried first. */
export interface Target {
  readonly host: string;
  readonly snmpPort: number;
  readonly ippPort: number;
  readonly ippPath?: string | undefined;
  /** Protocols that it is asked by. */
  readonly by: readonly Protocol[];
  /** `range`: an address that may be anybody's; what is no printer there is passed over. */
  readonly origin: 'host' | 'range' | 'mdns';
  access?: SnmpAccess | undefined;
  endpoint?: IppEndpoint | undefined;
}

export interface Problem {
  readonly code: string;
  readonly detail: string;
}

export interface Finding {
  readonly observation: PrinterObservation;
  readonly via: readonly Protocol[];
}

export interface Look {
  readonly target: Target;
  /** One, as a rule; two when the address is a print server's with another printer behind it. */
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
}

export const placeOfTarget = (target: Target): string =>
  `${target.host}:${target.snmpPort}:${target.ippPort}`;

/** One look at one place by every protocol that is on. Never throws; bounded by the readers' own limits. */
export async function lookAt(target: Target, config: BridgeConfig, pins: Pins): Promise<Look> {
  const address = await resolve(target.host);
  if (address === null) {
    const problem = { code: 'unknown-host', detail: `${target.host} has no address` };
    return { target, findings: [], problems: [problem] };
  }
  const [bySnmp, byIpp] = await Promise.all([
    config.snmp.enabled && target.by.includes('snmp') ? lookBySnmp(target, address, config) : null,
    config.ipp.enabled && target.by.includes('ipp') ? lookByIpp(target, address, config, pins) : null,
  ]);
  return {
    target,
    findings: joinAtOnePlace(bySnmp?.observation, byIpp?.observation),
    problems: [...(bySnmp?.problems ?? []), ...(byIpp?.problems ?? [])],
  };
}

interface Part {
  readonly observation?: PrinterObservation;
  readonly problems: readonly Problem[];
}

async function lookBySnmp(target: Target, address: string, config: BridgeConfig): Promise<Part> {
  const readOthers = target.origin !== 'range';
  const result = await readPrinter(
    { address, port: target.snmpPort, known: target.access, readOthers },
    config.snmp,
  );
  if (!result.ok) {
    target.access = undefined;
    return { problems: [{ code: `snmp-${result.code}`, detail: result.detail }] };
  }
  const { varbinds, access, isPrinter, problems } = result.reading;
  target.access = access;
  if (!isPrinter && !readOthers) return { problems: [] };
  return { observation: observePrinterMib(varbinds), problems };
}

async function lookByIpp(target: Target, address: string, config: BridgeConfig, pins: Pins): Promise<Part> {
  const result = await readPrinterByIpp(
    { address, port: target.ippPort, path: target.ippPath, known: target.endpoint },
    config.ipp,
    pins,
  );
  if (!result.ok) {
    target.endpoint = undefined;
    return { problems: [{ code: result.code, detail: result.detail }] };
  }
  target.endpoint = result.endpoint;
  return { observation: result.observation, problems: [] };
}

/**
 * What SNMP and IPP say at one address is of one printer, unless their serial numbers differ or only one of
 * them tells who it is while the makers differ: then a print server answers for a printer behind it.
 */
function joinAtOnePlace(
  snmp: PrinterObservation | undefined,
  ipp: PrinterObservation | undefined,
): Finding[] {
  const bySnmp: Finding[] = snmp === undefined ? [] : [{ observation: snmp, via: ['snmp'] }];
  const byIpp: Finding[] = ipp === undefined ? [] : [{ observation: ipp, via: ['ipp'] }];
  if (snmp === undefined || ipp === undefined) return [...bySnmp, ...byIpp];
  const differ = (x: string | undefined, y: string | undefined): boolean =>
    x !== undefined && y !== undefined && x.toLowerCase() !== y.toLowerCase();
  const apart =
    !samePrinter(snmp.identity, ipp.identity) &&
    (differ(snmp.identity.serial, ipp.identity.serial) ||
      differ(snmp.identity.manufacturer, ipp.identity.manufacturer));
  return apart ? [...bySnmp, ...byIpp] : [{ observation: mergeTwo(snmp, ipp), via: ['snmp', 'ipp'] }];
}

async function resolve(host: string): Promise<string | null> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch {
    return null;
  }
}
