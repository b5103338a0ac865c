import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import {
  type DeviceCommand,
  type DeviceEvent,
  deviceCommandSchema,
  type Telemetry,
  topicOf,
} from '../../contracts/mqtt.ts';

export interface DeviceClientOptions {
  /** mqtt://host:1883, mqtts:// or ws://. */
  readonly url: string;
  readonly deviceId: string;
  readonly secret: string;
  /** PEM of the CA that signed the broker's certificate. */
  readonly ca?: string;
  /** 0..1, for the spread of reconnections. */
  readonly random: () => number;
  /** Without it the device does not listen for commands. */
  readonly onCommand?: (command: DeviceCommand) => void;
  /** Each time it is connected, has said online and listens for commands. */
  readonly onConnected?: () => void;
  /** An attempt failed; of a refusal by the broker, `code` is the CONNACK return code. */
  readonly onError?: (error: Error) => void;
  /** How long a PUBACK is waited for; 20 s unless told. */
  readonly acknowledgeWithinMs?: number;
}

/** The broker did not acknowledge: it may or may not have stored the message. Send it again, as it was. */
export class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';
}

const KEEPALIVE_SECONDS = 60;
const CONNECT_TIMEOUT_MS = 10_000;
/** A commit under load takes milliseconds; after this the connection is not worth waiting for. */
const ACKNOWLEDGE_WITHIN_MS = 20_000;
const FIRST_PAUSE_MS = 500;
/** Long enough for 30 attempts a minute from one address to be shared by a few hundred printers. */
const LONGEST_PAUSE_MS = 60_000;

interface Pending {
  id: number;
  readonly settle: (error?: Error | null) => void;
}

/**
 * One device on the platform: connects with its own credentials, says online and, by its will, offline;
 * publishes with QoS 1 and waits for the PUBACK, which means stored; reconnects by itself with growing,
 * random pauses. It keeps nothing: what was not acknowledged is the caller's to send again.
 */
export class DeviceClient {
  readonly #options: DeviceClientOptions;
  readonly #client: MqttClient;
  readonly #pending = new Set<Pending>();
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  #lastError: string | null = null;

  constructor(options: DeviceClientOptions) {
    this.#options = options;
    this.#client = connect(options.url, connectOptions(options));
    this.#client.on('connect', () => this.#onConnect());
    this.#client.on('error', (error) => {
      // A refused TCP connection to several addresses is an error without a message.
      this.#lastError = error.message === '' && 'code' in error ? String(error.code) : error.message;
      this.#options.onError?.(error);
    });
    this.#client.on('close', () => this.#onClose());
    this.#client.on('message', (_topic, payload) => this.#onMessage(payload));
    this.#client.connect();
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /** Why it is not connected, in the broker's or the network's words. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /** Resolves when the platform has stored it; rejects with NotAcknowledged. */
  publishTelemetry(telemetry: Telemetry): Promise<void> {
    return this.#publish(topicOf(this.#options.deviceId, 'telemetry'), JSON.stringify(telemetry), false);
  }

  publishEvent(event: DeviceEvent): Promise<void> {
    return this.#publish(topicOf(this.#options.deviceId, 'event'), JSON.stringify(event), false);
  }

  /** Any payload on any topic, as it is: for tools that show what the platform makes of it. */
  publishRaw(topic: string, payload: string): Promise<void> {
    return this.#publish(topic, payload, false);
  }

  /** Says offline, so that nobody has to wait for the will, and ends the connection. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    if (this.#client.connected) {
      await this.#publish(topicOf(this.#options.deviceId, 'state'), 'offline', true).catch(() => undefined);
    }
    this.#giveUpAll('the device left');
    // In order, so that the broker drops the will (MQTT-3.14.4-3); when it is gone, there is nobody to tell.
    await this.#client.endAsync(!this.#client.connected).catch(() => undefined);
  }

  /** Ends the connection without a word, as a device that loses its power: the platform hears of it by the will. */
  async drop(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#client.endAsync(true).catch(() => undefined);
  }

  #publish(topic: string, payload: string, retain: boolean): Promise<void> {
    if (!this.#client.connected) {
      return Promise.reject(new NotAcknowledged(this.#lastError ?? 'not connected'));
    }
    return new Promise((resolve, reject) => {
      const settle = (error?: Error | null): void => {
        clearTimeout(timer);
        this.#pending.delete(pending);
        if (error === undefined || error === null) resolve();
        else reject(new NotAcknowledged(error.message));
      };
      const pending: Pending = { id: -1, settle };
      const timer = setTimeout(
        () => this.#giveUp(pending, 'no acknowledgement in time'),
        this.#options.acknowledgeWithinMs ?? ACKNOWLEDGE_WITHIN_MS,
      );
      this.#pending.add(pending);
      this.#client.publish(topic, payload, { qos: 1, retain }, settle);
      pending.id = this.#client.getLastMessageId();
    });
  }

  /** The library must not send it again by itself, beside the caller who does. */
  #giveUp(pending: Pending, why: string): void {
    pending.settle(new Error(why));
    this.#client.removeOutgoingMessage(pending.id);
  }

  #onConnect(): void {
    this.#failures = 0;
    this.#lastError = null;
    const { deviceId, onCommand, onConnected } = this.#options;
    const said = this.#publish(topicOf(deviceId, 'state'), 'online', true);
    const heard =
      onCommand === undefined
        ? undefined
        : this.#client.subscribeAsync(topicOf(deviceId, 'command'), { qos: 1 });
    void Promise.allSettled([said, heard]).then(() => {
      if (this.#client.connected && !this.#closing) onConnected?.();
    });
  }

  #giveUpAll(why: string): void {
    for (const pending of [...this.#pending]) this.#giveUp(pending, why);
  }

  #onClose(): void {
    this.#giveUpAll(this.#lastError ?? 'the connection closed');
    if (this.#closing) return;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#client.reconnect(), pause * (0.5 + this.#options.random()));
  }

  #onMessage(payload: Buffer): void {
    try {
      const command = deviceCommandSchema.safeParse(JSON.parse(payload.toString('utf8')));
      if (command.success) this.#options.onCommand?.(command.data);
    } catch {
      // Not JSON: a newer platform may say what this client does not know.
    }
  }
}

function connectOptions({ deviceId, secret, ca }: DeviceClientOptions): IClientOptions {
  return {
    clientId: deviceId,
    username: deviceId,
    password: secret,
    clean: true,
    protocolVersion: 4,
    keepalive: KEEPALIVE_SECONDS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    manualConnect: true,
    // Pauses grow and differ here; the library's are constant.
    reconnectPeriod: 0,
    queueQoSZero: false,
    will: { topic: topicOf(deviceId, 'state'), payload: Buffer.from('offline'), qos: 1, retain: true },
    ...(ca === undefined ? {} : { ca }),
  };
}
