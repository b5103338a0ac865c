import { type PublishKind, type Telemetry, topicOf } from '../../contracts/mqtt.ts';
import { DeviceClient, type DeviceClientOptions, NotAcknowledged } from '../client/device-client.ts';
import { sayCommand } from '../client/say-command.ts';
import type { Link } from './link.ts';

export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  readonly deviceId: string;
  readonly secret: string;
}

/** Longest wait for a PUBACK, lost connections included: a platform that needs longer has stopped. */
const PUBACK_TIMEOUT_MS = 120_000;

/** Lines that a display has room for. */
const MAX_HEARD = 20;

/** A simulated device's own connection, in lock-step: whoever publishes waits for the PUBACK. */
export class DeviceLink implements Link {
  readonly #options: LinkOptions;
  #client: DeviceClient | null = null;
  /** What its display would show, the newest last. */
  readonly heard: string[] = [];
  #back: (() => void)[] = [];

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Connects, says "online" and listens for commands. A first connection that fails is an error. */
  async open(): Promise<void> {
    this.#client = await this.#connect({
      onCommand: (command) => {
        this.heard.push(sayCommand(command));
        if (this.heard.length > MAX_HEARD) this.heard.shift();
      },
      onConnected: () => {
        for (const resolve of this.#back.splice(0)) resolve();
      },
    });
  }

  stamp(telemetry: Telemetry): Telemetry {
    return telemetry;
  }

  /** Resolves with the PUBACK; what a lost connection left without one is sent again. */
  async publish(kind: PublishKind, payload: string): Promise<void> {
    const topic = topicOf(this.#options.deviceId, kind);
    const deadline = performance.now() + PUBACK_TIMEOUT_MS;
    for (;;) {
      const client = this.#client;
      if (client === null) throw new Error('The device is not connected.');
      try {
        return await client.publishRaw(topic, payload);
      } catch (error) {
        if (!(error instanceof NotAcknowledged) || performance.now() >= deadline) throw error;
        if (!client.connected) await this.#comeBack(deadline - performance.now());
      }
    }
  }

  /** Resolves at the next connection, or after `limitMs`. */
  #comeBack(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#back.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /**
   * Tries to publish to any topic on a connection of its own; false when the platform broke the
   * connection instead of acknowledging. The ordinary connection must be closed.
   */
  async trespass(topic: string, payload: string): Promise<boolean> {
    const client = await this.#connect({});
    try {
      await client.publishRaw(topic, payload);
      return true;
    } catch (error) {
      if (error instanceof NotAcknowledged) return false;
      throw error;
    } finally {
      await client.drop();
    }
  }

  /** Says "offline" and leaves in order. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.close();
  }

  /** Pulls the plug: the platform hears it from the will. */
  async drop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.drop();
  }

  #connect(listeners: Pick<DeviceClientOptions, 'onCommand' | 'onConnected'>): Promise<DeviceClient> {
    const { host, port, deviceId, secret } = this.#options;
    return new Promise((resolve, reject) => {
      let opened = false;
      const client = new DeviceClient({
        ...listeners,
        url: `mqtt://${host}:${port}`,
        deviceId,
        secret,
        // One device reconnects at a time here: nothing needs spreading, and runs stay alike.
        random: () => 0.5,
        acknowledgeWithinMs: PUBACK_TIMEOUT_MS,
        onConnected: () => {
          opened = true;
          listeners.onConnected?.();
          resolve(client);
        },
        onError: (error) => {
          if (!opened) void client.drop().then(() => reject(error));
        },
      });
    });
  }
}
