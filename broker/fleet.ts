import type { Log } from '../platform/log.ts';
import { stillProves } from './credentials.ts';
import type { Device } from './device.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { DeviceLookup } from './device-lookup.ts';
import type { PresenceState, PresenceWriter } from './presence.ts';
import { TokenBucket } from './rate-limit.ts';

/** A device may have a few sessions (application and service channel), not a thousand. */
const MAX_CONNECTIONS_PER_DEVICE = 4;
/** Seconds of its rate that a device may send at once: what gathered while it was away. */
const BURST_SECONDS = 5;

/** Until a device that changed is asked for again, when the database did not answer. */
const RETRY_MS = 2_000;

/** A device with at least one connection to this broker. */
export class ConnectedDevice {
  /** Replaced when the device changes in the database. */
  device: Device;
  readonly bucket: TokenBucket;
  readonly connections = new Set<DeviceConnection>();

  constructor(device: Device, messagesPerSecond: number) {
    this.device = device;
    this.bucket = new TokenBucket(messagesPerSecond, messagesPerSecond * BURST_SECONDS, performance.now());
  }
}

export interface FleetOptions {
  readonly lookup: DeviceLookup;
  readonly presence: PresenceWriter;
  readonly log: Log;
  readonly messagesPerSecond: number;
}

/** The devices connected to this broker, kept true to the database. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #devices = new Map<string, ConnectedDevice>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Takes a connection in; null when the device has too many already. */
  join(device: Device, connection: DeviceConnection, clientId: string): ConnectedDevice | null {
    const connected =
      this.#devices.get(device.id) ?? new ConnectedDevice(device, this.#options.messagesPerSecond);
    // A session that its own device takes over is about to go.
    const others = [...connected.connections].filter((other) => other.clientId !== clientId);
    if (others.length >= MAX_CONNECTIONS_PER_DEVICE) return null;
    connected.device = device;
    connected.connections.add(connection);
    this.#devices.set(device.id, connected);
    return connected;
  }

  leave(connected: ConnectedDevice, connection: DeviceConnection): void {
    if (!connected.connections.delete(connection)) return;
    if (connected.connections.size > 0) return;
    this.#devices.delete(connected.device.id);
    this.#options.presence.set(connected.device.id, 'offline', true);
  }

  /** Another broker says that these have left: whoever is connected here has not. */
  contradict(deviceIds: readonly string[]): void {
    for (const id of deviceIds) if (this.#devices.has(id)) this.#options.presence.set(id, 'online');
  }

  /** What others said was not heard for a while: whoever is connected here and counts as gone has not left. */
  reassure(): void {
    if (this.#devices.size === 0) return;
    this.#options.presence.offlineAmong([...this.#devices.keys()]).then(
      (deviceIds) => this.contradict(deviceIds),
      (error: unknown) => this.#options.log.warn({ err: error }, 'who counts as gone could not be read'),
    );
  }

  /** What the device says of itself, or its will says for one of its connections. */
  declare(connected: ConnectedDevice, connection: DeviceConnection, state: PresenceState): void {
    const hasLeft = !connected.connections.has(connection);
    const others = connected.connections.size - (hasLeft ? 0 : 1);
    if (state === 'offline' && others > 0) return;
    this.#options.presence.set(connected.device.id, state, hasLeft);
  }

  /** The device changed in the database: new consumables count at once, lost credentials end the connection. */
  refresh(deviceId: string): void {
    if (!this.#devices.has(deviceId)) return;
    this.#options.lookup.find({ id: deviceId }).then(
      (device) => this.#apply(deviceId, device),
      (error: unknown) => {
        this.#options.log.warn({ err: error, deviceId }, 'a changed device could not be read: trying again');
        setTimeout(() => this.refresh(deviceId), RETRY_MS).unref();
      },
    );
  }

  refreshAll(): void {
    for (const deviceId of this.#devices.keys()) this.refresh(deviceId);
  }

  #apply(deviceId: string, device: Device | null): void {
    const connected = this.#devices.get(deviceId);
    if (connected === undefined) return;
    if (device !== null) connected.device = device;
    for (const connection of [...connected.connections]) {
      if (device === null || connection.proof === null || !stillProves(connection.proof, device)) {
        this.#options.log.info({ deviceId }, 'disconnected: its credentials are no longer good');
        connection.destroy();
      }
    }
  }
}
