import mqtt, { type MqttClient } from 'mqtt';
import { type PublishKind, type Telemetry, topicOf } from '../../contracts/mqtt.ts';
import type { Link } from './link.ts';

export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  readonly deviceId: string;
  readonly secret: string;
}

/** A connection that is lost is made again after this pause. */
const RECONNECT_MS = 200;
const CONNECT_TIMEOUT_MS = 20_000;
/** Longest wait for a PUBACK: a platform that needs longer has stopped. */
const PUBACK_TIMEOUT_MS = 120_000;

/** A device's connection to the platform: real MQTT, birth and will, QoS 1. */
export class DeviceLink implements Link {
  readonly #options: LinkOptions;
  #client: MqttClient | null = null;
  /** Commands heard from the platform. */
  readonly commands: string[] = [];

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Connects, says "online" and listens for commands. */
  async open(): Promise<void> {
    const { deviceId, secret, host, port } = this.#options;
    const topic = topicOf(deviceId, 'state');
    const client = await mqtt.connectAsync(
      `mqtt://${host}:${port}`,
      {
        protocolVersion: 4,
        clientId: deviceId,
        username: deviceId,
        password: secret,
        clean: true,
        reconnectPeriod: RECONNECT_MS,
        connectTimeout: CONNECT_TIMEOUT_MS,
        will: { topic, payload: Buffer.from('offline'), qos: 1, retain: true },
      },
      // A first connection that fails is an error, not something to try for ever.
      false,
    );
    this.#client = client;
    // mqtt.js reconnects by itself; without a listener an error would end the process.
    client.on('error', () => {});
    client.on('message', (_topic, payload) => this.commands.push(payload.toString()));
    await client.subscribeAsync(topicOf(deviceId, 'command'), { qos: 1 });
    await client.publishAsync(topic, 'online', { qos: 1, retain: true });
  }

  stamp(telemetry: Telemetry): Telemetry {
    return telemetry;
  }

  /** Resolves with the PUBACK. */
  async publish(kind: PublishKind, payload: string): Promise<void> {
    if (this.#client === null) throw new Error('The device is not connected.');
    const topic = topicOf(this.#options.deviceId, kind);
    await within(PUBACK_TIMEOUT_MS, topic, this.#client.publishAsync(topic, payload, { qos: 1 }));
  }

  /**
   * Tries to publish to any topic on a connection of its own; false when the platform broke the
   * connection instead of acknowledging. The ordinary connection must be closed.
   */
  async trespass(topic: string, payload: string): Promise<boolean> {
    const { deviceId, secret, host, port } = this.#options;
    const client = await mqtt.connectAsync({
      host,
      port,
      protocolVersion: 4,
      clientId: deviceId,
      username: deviceId,
      password: secret,
      reconnectPeriod: 0,
    });
    client.on('error', () => {});
    const refused = new Promise<boolean>((done) => client.once('close', () => done(false)));
    const taken = client.publishAsync(topic, payload, { qos: 1 }).then(
      () => true,
      () => false,
    );
    const answer = await Promise.race([refused, taken]);
    await client.endAsync(true);
    return answer;
  }

  /** Says "offline" and leaves in order. */
  async close(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    const topic = topicOf(this.#options.deviceId, 'state');
    if (client.connected) await client.publishAsync(topic, 'offline', { qos: 1, retain: true });
    await client.endAsync();
  }

  /** Pulls the plug: the platform hears it from the will. */
  async drop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.endAsync(true);
  }
}

async function within(limitMs: number, topic: string, answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, fail) => {
    const error = new Error(`No PUBACK for ${topic} within ${limitMs / 1000} s.`);
    timer = setTimeout(() => fail(error), limitMs);
  });
  await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
