import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { mergeTwo, samePrinter } from '../contracts/printer/merge.ts';
import type { PrinterObservation } from '../contracts/printer/observation.ts';
import { observePrinterMib } from '../contracts/printer/printer-mib.ts';
import { type BridgeConfig, PROTOCOLS, type Protocol } from './config.ts';
import type { IppEndpoint } from './ipp/exchange.ts';
import type { Pins } from './ipp/pins.ts';
import { readPrinterByIpp } from './ipp/read-printer.ts';
import { isSilence, noteSilence, passedOver, type Silence } from './silence.ts';
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
  readonly silences: Map<Protocol, Silence>;
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

export interface LookDeps {
  readonly config: BridgeConfig;
  readonly pins: Pins;
  readonly now: number;
}

/**
 * One look at one place by every protocol that is on and not known to be silent there. Never throws; bounded
 * by the readers' own limits.
 */
export async function lookAt(target: Target, deps: LookDeps): Promise<Look> {
  const address = await resolve(target.host);
  if (address === null) {
    const problem = { code: 'unknown-host', detail: `${target.host} has no address` };
    return { target, findings: [], problems: [problem] };
  }
  const { config, now } = deps;
  const on = PROTOCOLS.filter((protocol) => config[protocol].enabled && target.by.includes(protocol));
  const passed = new Map(on.map((protocol) => [protocol, passedOver(target, protocol, now)]));
  const asked = on.filter((protocol) => passed.get(protocol) === null);
  let parts = await ask(asked, target, address, deps);
  if (![...parts.values()].some(({ observation }) => observation !== undefined)) {
    // Nothing answers any more by what it spoke: what was passed over may be what it speaks now.
    target.silences.clear();
    const rest = await ask(
      on.filter((protocol) => !asked.includes(protocol)),
      target,
      address,
      deps,
    );
    parts = new Map([...parts, ...rest]);
  }
  const answered = [...parts.values()].some(({ observation }) => observation !== undefined);
  for (const [protocol, part] of parts) {
    const silent = part.observation === undefined ? part.problems.find(isSilence) : undefined;
    if (silent === undefined) target.silences.delete(protocol);
    else if (answered) {
      const firstPauseMs = config.discover.everySeconds * 1000;
      noteSilence(target, protocol, silent, { now, firstPauseMs });
    }
  }
  return {
    target,
    findings: joinAtOnePlace(parts.get('snmp')?.observation, parts.get('ipp')?.observation),
    problems: on.flatMap((protocol) => parts.get(protocol)?.problems ?? [passed.get(protocol) ?? []].flat()),
  };
}

async function ask(
  protocols: readonly Protocol[],
  target: Target,
  address: string,
  { config, pins }: LookDeps,
): Promise<Map<Protocol, Part>> {
  const look = (protocol: Protocol): Promise<Part> =>
    protocol === 'snmp' ? lookBySnmp(target, address, config) : lookByIpp(target, address, config, pins);
  return new Map(
    await Promise.all(protocols.map(async (protocol) => [protocol, await look(protocol)] as const)),
  );
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
