import { join } from 'node:path';
import { type Bridge, buildBridge } from './bridge/bridge.ts';
import { parseBridgeConfig } from './bridge/config.ts';
import type { Credential } from './bridge/credentials.ts';
import { type Telemetry, telemetrySchema } from './contracts/mqtt.ts';
import type { LinkOptions } from './device-sim/fleet/device-link.ts';
import type { Link } from './device-sim/fleet/link.ts';
import type { SimDevice } from './device-sim/fleet/sim-device.ts';
import type { EmulatedPrinter, EmulatedSupply } from './device-sim/printers/emulated-printer.ts';
import { startIppPrinter } from './device-sim/printers/ipp-printer.ts';
import { startSnmpPrinter } from './device-sim/printers/snmp-printer.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';

const HOST = '127.0.0.1';
/** Fine enough that every gauge's step comes through unrounded. */
const CAPACITY = 10_000;

export interface BridgedPrinters {
  /** As many as there are protocols. */
  readonly printers: number;
  readonly linkFor: (device: SimDevice, link: LinkOptions) => Promise<Link>;
  /** Name of each printer, its protocol, and its device on the platform. */
  readonly list: readonly { readonly name: string; readonly protocol: string; readonly deviceId: string }[];
  readonly close: () => Promise<void>;
}

interface Bridged {
  readonly name: string;
  readonly protocol: 'SNMP' | 'IPP';
  readonly printer: EmulatedPrinter;
  readonly port: number;
  readonly credential: Credential;
  readonly close: () => Promise<void>;
}

/**
 * Printers of the demo that speak no MQTT: one answers SNMP, one answers IPP, over real sockets, and a real
 * bridge reads them in step with the simulation and publishes for them.
 */
export function startDemoBridge(deps: {
  folder: string;
  mqttPort: number;
  clock: Clock;
  log: Log;
}): BridgedPrinters {
  const all: Bridged[] = [];
  let bridge: Bridge | null = null;
  let waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  const readAll = async (): Promise<void> => {
    bridge ??= openBridge(deps, all);
    await bridge.poll();
    await bridge.delivered();
  };
  /** The bridge looks once all its printers have lived through the step. */
  const report = (): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      if (waiting.length < all.length) return;
      const told = waiting;
      waiting = [];
      readAll().then(
        () => {
          for (const one of told) one.resolve();
        },
        (error: unknown) => {
          for (const one of told) one.reject(error);
        },
      );
    });

  return {
    printers: 2,
    linkFor: async (device, { deviceId, secret }) => {
      const bridged = await startPrinter(device, all.length, { deviceId, secret });
      all.push(bridged);
      return linkOf(bridged, report);
    },
    get list() {
      return all.map(({ name, protocol, credential }) => ({ name, protocol, deviceId: credential.deviceId }));
    },
    close: async () => {
      await bridge?.close();
      await Promise.all(all.map((one) => one.close()));
    },
  };
}

function openBridge(
  deps: { folder: string; mqttPort: number; clock: Clock; log: Log },
  all: readonly Bridged[],
): Bridge {
  const hosts = all.map(({ protocol, port }) => ({
    host: HOST,
    ...(protocol === 'SNMP' ? { snmpPort: port, by: ['snmp'] } : { ippPort: port, by: ['ipp'] }),
  }));
  const config = parseBridgeConfig(
    JSON.stringify({
      broker: { url: `mqtt://${HOST}:${deps.mqttPort}` },
      discover: { hosts },
      snmp: { versions: ['2c'], retries: 0, timeoutMs: 1000 },
      ipp: { tls: 'never', paths: ['/ipp/print'] },
    }),
    'demo',
    join(deps.folder, 'bridge'),
  );
  const credentials = all.map(({ credential }) => credential);
  return buildBridge({ ...deps, config, credentials, random: () => 0.5, keepsStatus: false });
}

async function startPrinter(
  device: SimDevice,
  index: number,
  { deviceId, secret }: { deviceId: string; secret: string },
): Promise<Bridged> {
  const { name, kind } = device.plan;
  const serial = `DEMO${String(index + 1).padStart(6, '0')}`;
  const { make: manufacturer, model } = kind;
  const printer = { manufacturer, model, serial, pages: 0, supplies: device.slots.map(supplyOf) };
  const protocol = index % 2 === 0 ? ('SNMP' as const) : ('IPP' as const);
  const server =
    protocol === 'SNMP'
      ? await startSnmpPrinter(printer, { host: HOST, port: 0, community: 'public' })
      : await startIppPrinter(printer, { host: HOST, port: 0 });
  const keys = kind.slots.map(({ key }) => key);
  const credential = { deviceId, secret, identity: { serial }, place: '', keys, name };
  return { name, protocol, printer, port: server.port, credential, close: server.close };
}

function supplyOf({ kind: { key, name } }: SimDevice['slots'][number]): EmulatedSupply {
  const kind =
    key === 'drum' ? 'drum' : key === 'waste' ? 'waste-toner' : /ink/iu.test(name) ? 'ink' : 'toner';
  const colorant = kind === 'toner' || kind === 'ink' ? key : null;
  return { name, kind, colorant, capacity: CAPACITY, level: 1 };
}

function show(printer: EmulatedPrinter, { consumables, counters }: Telemetry, keys: readonly string[]): void {
  printer.pages = counters?.['pages'] ?? printer.pages;
  for (const [i, key] of keys.entries()) {
    const reading = consumables[key];
    const supply = printer.supplies[i];
    if (supply === undefined || reading === undefined || !('level' in reading)) continue;
    if (typeof reading.level === 'number') supply.level = reading.level;
  }
}

function linkOf({ printer, credential }: Bridged, report: () => Promise<void>): Link {
  return {
    open: () => Promise.resolve(),
    // The bridge numbers by its clock, which the simulation moves before every reading.
    stamp: (telemetry) => ({ ...telemetry, seq: Date.parse(telemetry.at) }),
    publish: async (_kind, payload) => {
      show(printer, telemetrySchema.parse(JSON.parse(payload)), credential.keys);
      await report();
    },
    trespass: () => Promise.reject(new Error('A printer behind a bridge has no connection to misuse.')),
    close: () => Promise.resolve(),
    drop: () => Promise.reject(new Error('A printer behind a bridge has no connection to lose.')),
  };
}
