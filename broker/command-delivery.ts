import type { Client } from 'aedes';
import { generate } from 'mqtt-packet';
import { topicOf } from '../contracts/mqtt.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { Backoff } from './backoff.ts';
import { MAX_IN_FLIGHT, markDelivered, takeCommands, type WaitingCommand } from './command-rows.ts';
import type { DeviceConnection } from './device-connection.ts';

/** Devices of one query. */
const MAX_BATCH = 500;
/**
 * Packet identifiers of commands: the upper half, by the command's own number, so that a command that is
 * sent again has the one it had [MQTT-4.4.0-1] and none of aedes' own.
 */
const FIRST_PACKET_ID = 0x8000;
const packetIdOf = (commandId: number): number => FIRST_PACKET_ID + (commandId % FIRST_PACKET_ID);

/** A connection that listens to its device's commands. */
interface Listening {
  readonly connection: DeviceConnection;
  readonly qos: 0 | 1;
  readonly clean: boolean;
  /** Packet identifier to command. */
  readonly inFlight: Map<number, number>;
  /** Its socket is full: the device is looked at again when it has read. */
  isFull: boolean;
}

export interface CommandDeliveryDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Brings the commands that wait in the database to the devices that listen here, and notes what they
 * acknowledged. A command is written to every session of its device that listens; the first PUBACK counts.
 * What is not acknowledged waits for the next subscription, until it expires.
 */
export class CommandDelivery {
  readonly #deps: CommandDeliveryDeps;
  readonly #listening = new Map<string, Map<string, Listening>>();
  readonly #wanted = new Set<string>();
  readonly #acknowledged = new Set<number>();
  readonly #backoff = new Backoff({ firstMs: 250, maxMs: 10_000 });
  #working: Promise<void> | null = null;

  constructor(deps: CommandDeliveryDeps) {
    this.#deps = deps;
  }

  /** A session subscribed, or came back with its subscription. */
  listen(client: Client, connection: DeviceConnection): void {
    const deviceId = connection.connected?.device.id;
    if (deviceId === undefined) return;
    const subscription = subscriptionOf(client, topicOf(deviceId, 'command'));
    if (subscription === null) return;
    const sessions = this.#listening.get(deviceId) ?? new Map<string, Listening>();
    const { clean } = client as Client & { readonly clean: boolean };
    const qos = subscription === 0 ? 0 : 1;
    sessions.set(client.id, { connection, qos, clean, inFlight: new Map(), isFull: false });
    this.#listening.set(deviceId, sessions);
    this.want(deviceId);
  }

  leave(clientId: string, connection: DeviceConnection): void {
    const deviceId = connection.connected?.device.id ?? '';
    const sessions = this.#listening.get(deviceId);
    // Its successor under the same id stays.
    if (sessions?.get(clientId)?.connection === connection) sessions.delete(clientId);
    if (sessions?.size === 0) this.#listening.delete(deviceId);
  }

  /** Something may wait for the device; nothing happens unless it listens here. */
  want(deviceId: string): void {
    if (!this.#listening.has(deviceId)) return;
    this.#wanted.add(deviceId);
    this.#start();
  }

  /** Nothing was heard for a while. */
  wantAll(): void {
    for (const deviceId of this.#listening.keys()) this.want(deviceId);
  }

  acknowledged(clientId: string, packetId: number): void {
    const deviceId = clientId.split(':', 1)[0] ?? '';
    const session = this.#listening.get(deviceId)?.get(clientId);
    const commandId = session?.inFlight.get(packetId);
    if (session === undefined || commandId === undefined) return;
    session.inFlight.delete(packetId);
    this.#acknowledged.add(commandId);
    // Others may be behind the last few.
    if (session.inFlight.size === 0) this.#wanted.add(deviceId);
    this.#start();
  }

  /** Writes what was acknowledged, once. */
  async close(): Promise<void> {
    this.#backoff.abort();
    await this.#working;
    await this.#mark().catch(() => undefined);
  }

  #start(): void {
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    await new Promise((next) => setImmediate(next));
    while (this.#wanted.size + this.#acknowledged.size > 0 && !this.#backoff.aborted) {
      try {
        // First, so that nothing is sent again that is known to have arrived.
        await this.#mark();
        await this.#deliver();
        this.#backoff.reset();
      } catch (error) {
        this.#deps.log.warn({ err: error }, 'commands wait until the database is back');
        await this.#backoff.wait();
      }
    }
    this.#working = null;
  }

  async #mark(): Promise<void> {
    const ids = [...this.#acknowledged];
    if (ids.length === 0) return;
    await markDelivered(this.#deps.pool, this.#deps.clock, ids);
    this.#deps.metrics.commandsDelivered.inc(ids.length);
    for (const id of ids) this.#acknowledged.delete(id);
  }

  async #deliver(): Promise<void> {
    const deviceIds = [...this.#wanted].slice(0, MAX_BATCH);
    if (deviceIds.length === 0) return;
    // Before the query: what is wanted while it runs may be newer than what it sees.
    for (const deviceId of deviceIds) this.#wanted.delete(deviceId);
    const commands = await takeCommands(this.#deps.pool, this.#deps.clock, deviceIds).catch((error) => {
      for (const deviceId of deviceIds) this.#wanted.add(deviceId);
      throw error;
    });
    for (const command of commands) {
      // Acknowledged while the query ran.
      if (this.#acknowledged.has(command.id)) continue;
      for (const session of this.#listening.get(command.deviceId)?.values() ?? [])
        this.#send(session, command);
    }
  }

  #send(session: Listening, { id, deviceId, payload, wasSent }: WaitingCommand): void {
    const { connection, qos, clean, inFlight } = session;
    const messageId = packetIdOf(id);
    if (inFlight.has(messageId) || inFlight.size >= MAX_IN_FLIGHT) return;
    if (connection.conn.writableNeedDrain) {
      this.#wantWhenRead(session, deviceId);
      return;
    }
    const topic = topicOf(deviceId, 'command');
    const packet = { cmd: 'publish', topic, payload: JSON.stringify(payload), retain: false } as const;
    if (qos === 0) {
      connection.conn.write(generate({ ...packet, qos, dup: false }));
      this.#acknowledged.add(id);
      // Others may be behind those of one query, and no PUBACK will ask for them.
      this.#wanted.add(deviceId);
      return;
    }
    inFlight.set(messageId, id);
    // Only a kept session can have had it before [MQTT-3.3.1-1].
    connection.conn.write(generate({ ...packet, qos, messageId, dup: wasSent && !clean }));
  }

  /** A device that does not read its socket gets no more until it has; or it is gone. */
  #wantWhenRead(session: Listening, deviceId: string): void {
    if (session.isFull) return;
    session.isFull = true;
    session.connection.conn.once('drain', () => {
      session.isFull = false;
      this.want(deviceId);
    });
  }
}

/** The QoS granted; null: not subscribed. aedes' types leave the subscriptions out. */
function subscriptionOf(client: Client, topic: string): number | null {
  const { subscriptions } = client as unknown as {
    readonly subscriptions: Readonly<Record<string, { readonly qos?: number }>>;
  };
  return subscriptions[topic]?.qos ?? null;
}
