import type { DeviceEvent, Telemetry } from '../../contracts/mqtt.ts';
import {
  DeviceClient,
  type DeviceClientOptions,
  NotAcknowledged,
} from '../../device-sim/client/device-client.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { type BufferedMessage, MessageBuffer } from './buffer.ts';

export interface UplinkOptions {
  readonly client: Omit<DeviceClientOptions, 'onConnected'>;
  readonly file: string;
  readonly limits: { readonly maxMessages: number; readonly maxBytes: number };
  readonly historicalAfterMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What became of the messages of one printer since the bridge started. */
export interface UplinkState {
  readonly connected: boolean;
  readonly error: string | null;
  readonly waiting: number;
  readonly delivered: number;
  readonly lost: number;
}

/**
 * One printer's way to the platform. Everything passes through the buffer on disk, oldest first, and leaves
 * it when the platform acknowledged it; so there is one path, whether the broker is there or not.
 */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #buffer: MessageBuffer;
  readonly #client: DeviceClient;
  #delivering: Promise<void> | null = null;
  #delivered = 0;
  #unwritable = 0;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#buffer = new MessageBuffer(options.file, options.limits);
    this.#client = new DeviceClient({ ...options.client, onConnected: () => this.#deliver() });
  }

  get state(): UplinkState {
    const { thinnedOut, damaged } = this.#buffer.lost;
    return {
      connected: this.#client.connected,
      error: this.#client.connected ? null : this.#client.lastError,
      waiting: this.#buffer.size,
      delivered: this.#delivered,
      lost: thinnedOut + damaged + this.#unwritable,
    };
  }

  /** The largest sequence number on disk, or -1. */
  get lastSeq(): number {
    return this.#buffer.lastSeq;
  }

  /** Safe on disk when this returns; delivered when the platform is there. */
  telemetry(body: Telemetry): void {
    this.#add({ kind: 'telemetry', body });
  }

  event(body: DeviceEvent): void {
    this.#add({ kind: 'event', body });
  }

  /** Resolves when everything was delivered. */
  async delivered(): Promise<void> {
    if (this.#buffer.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close();
    await this.#delivering;
    this.#buffer.close();
  }

  #add(message: BufferedMessage): void {
    if (this.#closed) return;
    try {
      this.#buffer.append(message);
    } catch (error) {
      this.#unwritable++;
      this.#options.log.error(
        { err: error, file: this.#options.file },
        'a reading was lost: the buffer cannot be written',
      );
    }
    this.#deliver();
  }

  #deliver(): void {
    if (this.#closed || !this.#client.connected) return;
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = null;
      if (this.#buffer.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
      // A reconnection while the last attempt failed.
      else if (!this.#closed && this.#client.connected) setImmediate(() => this.#deliver());
    });
  }

  async #deliverAll(): Promise<void> {
    for (let next = this.#buffer.first(); next !== undefined; next = this.#buffer.first()) {
      try {
        await this.#send(next);
      } catch (error) {
        if (!(error instanceof NotAcknowledged)) throw error;
        this.#options.log.debug(
          { deviceId: this.#options.client.deviceId, why: error.message },
          'not delivered yet',
        );
        return;
      }
      // Another message stands first when a full buffer was thinned out meanwhile.
      if (this.#buffer.first() === next) this.#strikeOut();
    }
  }

  /** What stays in the file is delivered again after a restart, and stored once. */
  #strikeOut(): void {
    try {
      this.#buffer.shift();
    } catch (error) {
      this.#options.log.error(
        { err: error, file: this.#options.file },
        'a delivered reading stays in the buffer, which cannot be written',
      );
    }
  }

  async #send({ kind, body }: BufferedMessage): Promise<void> {
    const late = this.#options.clock.now() - Date.parse(body.at) > this.#options.historicalAfterMs;
    const historical = late ? { historical: true } : {};
    if (kind === 'telemetry') await this.#client.publishTelemetry({ ...body, ...historical });
    else await this.#client.publishEvent({ ...body, ...historical });
    this.#delivered++;
  }
}
