import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Door } from './admission.ts';
import { type AuthenticationDeps, authenticate } from './authenticate.ts';
import type { CommandDelivery } from './command-delivery.ts';
import { CONNACK, type ConnectRefusal, findMalformed, limitKeepalive } from './connect-rules.ts';
import { DeviceConnection, type Surroundings } from './device-connection.ts';
import type { Fleet } from './fleet.ts';
import type { Accepted } from './listeners.ts';
import type { PresenceWriter } from './presence.ts';
import { SampledLog } from './sampled-log.ts';

/** A packet that takes longer to arrive is held back on purpose (slowloris), or its sender is dead. */
const PACKET_WITHIN_MS = 30_000;
/** From the connection to CONNECT and its answer. */
const GREETING_WITHIN_MS = 10_000;
const SWEEP_EVERY_MS = 5_000;

/** The protocol level of a bridge; devices are none. aedes answers 0 with "unacceptable version". */
const NO_PROTOCOL = 0;

export interface ReceptionDeps {
  readonly authentication: AuthenticationDeps;
  readonly surroundings: Surroundings;
  readonly door: Door;
  readonly fleet: Fleet;
  readonly presence: PresenceWriter;
  readonly commands: CommandDelivery;
  readonly metrics: Metrics;
  readonly log: Log;
}

type Answer = (error: AuthenticateError | null, success: boolean | null) => void;

/** Connections from accept to close: greeting, authentication, registration, and their end. */
export class Reception {
  readonly #deps: ReceptionDeps;
  readonly #log: SampledLog;
  readonly #open = new Map<Client, DeviceConnection>();
  readonly #greetings = new WeakMap<DeviceConnection, ConnectPacket>();
  readonly #certificates = new WeakMap<DeviceConnection, string>();
  readonly #sweep: NodeJS.Timeout;

  constructor(deps: ReceptionDeps) {
    this.#deps = deps;
    this.#log = new SampledLog(deps.log);
    this.#sweep = setInterval(() => this.#cutTheSlow(), SWEEP_EVERY_MS);
    this.#sweep.unref();
  }

  get connections(): readonly DeviceConnection[] {
    return [...this.#open.values()];
  }

  connectionOf(client: Client | null): DeviceConnection | null {
    return client === null ? null : (this.#open.get(client) ?? null);
  }

  /** Takes a byte stream over; `handle` is aedes'. */
  accept(
    { conn, address, certificateFingerprint }: Accepted,
    handle: (conn: Accepted['conn']) => Client,
  ): void {
    const connection = new DeviceConnection(conn, address, this.#deps.surroundings);
    if (certificateFingerprint !== null) this.#certificates.set(connection, certificateFingerprint);
    const client = handle(conn);
    connection.attach(client);
    this.#open.set(client, connection);
    this.#deps.metrics.connections.inc();
    conn.once('close', () => this.#end(client, connection));
  }

  /** CONNECT arrived. An error closes the connection without an answer. */
  greet(client: Client, packet: ConnectPacket): Error | null {
    const connection = this.#open.get(client);
    if (connection === undefined) return new Error('the connection is gone');
    connection.decide();
    const malformed = findMalformed(packet);
    if (malformed !== null) {
      this.#refused(connection, 'malformed', packet);
      return new Error(malformed);
    }
    limitKeepalive(packet);
    if ('bridgeMode' in packet) packet.protocolVersion = NO_PROTOCOL as 3;
    this.#greetings.set(connection, packet);
    return null;
  }

  authenticate(client: Client, answer: Answer): void {
    const connection = this.#open.get(client);
    const packet = connection === undefined ? undefined : this.#greetings.get(connection);
    if (connection === undefined || packet === undefined) {
      answer(null, false);
      return;
    }
    this.#greetings.delete(connection);
    const certificateFingerprint = this.#certificates.get(connection) ?? null;
    authenticate(this.#deps.authentication, { packet, certificateFingerprint }).then(
      (result) => {
        // It hung up meanwhile: registering it would leave a ghost.
        if (!this.#open.has(client) || client.closed) return;
        const refusal = 'device' in result ? this.#admit(client, connection, result) : result;
        if (refusal === null) {
          answer(null, true);
          return;
        }
        this.#refused(connection, refusal.reason, packet);
        answer(connackError(refusal.reason, refusal.code), false);
      },
      (error: unknown) => {
        this.#deps.log.error({ err: error }, 'authentication failed unexpectedly');
        answer(connackError('unavailable', CONNACK.unavailable), false);
      },
    );
  }

  /** CONNACK went out and the session stands. */
  ready(client: Client): void {
    const connection = this.#open.get(client);
    if (connection?.connected == null) return;
    connection.open();
    this.#deps.presence.set(connection.connected.device.id, 'online');
  }

  /** aedes closed a connection because of what came over it. */
  failed(client: Client, error: Error): void {
    const connection = this.#open.get(client);
    const detail = {
      clientId: connection?.clientId ?? null,
      address: connection?.address,
      why: error.message,
    };
    this.#log.info(detail, 'connection closed');
  }

  stop(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#open.values()) connection.stopReading();
  }

  wakeAll(): void {
    for (const connection of this.#open.values()) connection.wake();
  }

  #admit(
    client: Client,
    connection: DeviceConnection,
    { device, proof, clientId }: Exclude<Awaited<ReturnType<typeof authenticate>>, ConnectRefusal>,
  ): ConnectRefusal | null {
    const connected = this.#deps.fleet.join(device, connection, clientId);
    if (connected === null) return { reason: 'too-many-sessions', code: CONNACK.unavailable };
    connection.admit(connected, proof, clientId);
    // An id that the broker makes up belongs to its device like any other.
    client.id = clientId;
    return null;
  }

  #end(client: Client, connection: DeviceConnection): void {
    this.#open.delete(client);
    this.#deps.metrics.connections.dec();
    connection.released();
    if (connection.connected !== null) {
      this.#deps.commands.leave(client.id, connection);
      this.#deps.fleet.leave(connection.connected, connection);
    } else if (connection.spoke) this.#deps.door.failed(connection.address);
  }

  #refused(connection: DeviceConnection, reason: string, packet: ConnectPacket): void {
    this.#deps.metrics.connectionsRefused.inc({ reason });
    const { clientId, username } = packet;
    this.#log.info({ reason, address: connection.address, clientId, username }, 'connection refused');
  }

  #cutTheSlow(): void {
    const now = performance.now();
    for (const connection of this.#open.values()) {
      const late =
        now - (connection.incompleteSince ?? now) > PACKET_WITHIN_MS ||
        (!connection.isOpen && now - connection.acceptedAt > GREETING_WITHIN_MS);
      if (!late) continue;
      this.#deps.metrics.connectionsRefused.inc({ reason: 'too-slow' });
      connection.destroy();
    }
  }
}

const connackError = (message: string, returnCode: number): AuthenticateError =>
  Object.assign(new Error(message), { returnCode });
