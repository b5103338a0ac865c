import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import { topicOf } from '../contracts/mqtt.ts';
import type { Proof } from './credentials.ts';
import type { ConnectedDevice } from './fleet.ts';
import { type FramingFault, PacketFramer } from './packet-framer.ts';

/**
 * Publishes of one connection that wait for their commit before it is read again. aedes itself would go on
 * reading, packet after packet. Enough for a backlog to fill a batch, and small beside the whole queue.
 */
const MAX_PENDING = 128;

/** What aedes' clients have and its types leave out. */
type ResumableClient = Client & { readonly resume: () => void };

export interface Surroundings {
  readonly maxPacketBytes: number;
  /** Whether the broker as a whole takes in more. */
  readonly hasRoom: () => boolean;
  readonly onFault: (connection: DeviceConnection, fault: FramingFault) => void;
  /** The device is over its rate by this read of so many packets, and is read no more for a while. */
  readonly onThrottled: (connection: DeviceConnection, packets: number) => void;
}

/**
 * One connection in the socket path, before aedes: it decides when more is read. What is not read stays in
 * the kernel, and TCP slows the device down.
 */
export class DeviceConnection {
  readonly conn: Duplex;
  readonly address: string;
  readonly acceptedAt = performance.now();
  /** Set when authenticated. */
  connected: ConnectedDevice | null = null;
  proof: Proof | null = null;
  clientId: string | null = null;
  topics: { readonly telemetry: string; readonly event: string; readonly state: string } | null = null;
  /** Whether a single byte came: a load balancer that only knocks is no failed attempt. */
  spoke = false;
  /** When the packet that is incomplete began, on the monotonic timer; null: none is. */
  incompleteSince: number | null = null;
  readonly #surroundings: Surroundings;
  readonly #framer: PacketFramer;
  #client: ResumableClient | null = null;
  #pending = 0;
  #stage: 'greeting' | 'deciding' | 'open' | 'closing' = 'greeting';
  #throttle: NodeJS.Timeout | null = null;
  #starved = false;

  constructor(conn: Duplex, address: string, surroundings: Surroundings) {
    this.conn = conn;
    this.address = address;
    this.#surroundings = surroundings;
    this.#framer = new PacketFramer(surroundings.maxPacketBytes);
    this.#guardReads();
  }

  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  attach(client: Client): void {
    this.#client = client as ResumableClient;
    // After aedes' own listener, which reads only when few of its packets are unfinished.
    this.conn.on('readable', () => this.#readOn());
  }

  /** CONNECT came: what follows it waits until it is answered, so that nothing overtakes. */
  decide(): void {
    this.#stage = 'deciding';
  }

  /** Authenticated as this device. */
  admit(connected: ConnectedDevice, proof: Proof, clientId: string): void {
    this.connected = connected;
    this.proof = proof;
    this.clientId = clientId;
    const { id } = connected.device;
    this.topics = {
      telemetry: topicOf(id, 'telemetry'),
      event: topicOf(id, 'event'),
      state: topicOf(id, 'state'),
    };
  }

  open(): void {
    if (this.#stage === 'deciding') this.#stage = 'open';
    setImmediate(() => this.wake());
  }

  /** Reads no more. */
  stopReading(): void {
    this.#stage = 'closing';
  }

  destroy(): void {
    this.stopReading();
    this.conn.destroy();
  }

  released(): void {
    if (this.#throttle !== null) clearTimeout(this.#throttle);
    this.#throttle = null;
  }

  /** A publish began, and waits for its commit. */
  began(): void {
    this.#pending += 1;
  }

  finished(): void {
    this.#pending -= 1;
    if (this.#starved) setImmediate(() => this.wake());
  }

  /** Lets aedes read on, if it was held back and no longer needs to be. */
  wake(): void {
    if (!this.#starved || !this.#mayRead() || this.conn.destroyed) return;
    this.#starved = false;
    this.#client?.resume();
    this.#readOn();
  }

  /**
   * aedes counts its unfinished packets down by one each time it is nudged, and reads at zero: left alone it
   * would not answer a PINGREQ behind three messages that wait for the database. The cap is ours instead.
   */
  #readOn(): void {
    for (let nudges = 0; nudges <= MAX_PENDING; nudges += 1) {
      if (this.#stage !== 'open' || this.conn.readableLength === 0) return;
      this.#starved = !this.#mayRead();
      if (this.#starved) return;
      this.#client?.resume();
    }
  }

  #readAgainIn(waitMs: number): void {
    if (this.#throttle !== null) return;
    this.#throttle = setTimeout(() => {
      this.#throttle = null;
      const left = this.connected?.bucket.waitMs(performance.now()) ?? 0;
      if (left > 0) this.#readAgainIn(left);
      else this.wake();
    }, waitMs);
    this.#throttle.unref();
  }

  #mayRead(): boolean {
    if (this.#stage === 'greeting') return true;
    return (
      this.#stage === 'open' &&
      this.#pending < MAX_PENDING &&
      this.#throttle === null &&
      this.#surroundings.hasRoom()
    );
  }

  /** aedes reads only through `conn.read`: the one place before its parser where bytes pass. */
  #guardReads(): void {
    const { conn } = this;
    const read = conn.read.bind(conn);
    conn.read = (size?: number) => {
      // Node's own way to make a stream look for data.
      if (size === 0) return read(0);
      if (!this.#mayRead()) {
        this.#starved = true;
        return null;
      }
      const chunk: Buffer | null = read(size);
      if (chunk === null) return null;
      this.spoke = true;
      const fault = this.#framer.follow(chunk);
      if (fault === null) {
        this.#account();
        return chunk;
      }
      this.#surroundings.onFault(this, fault);
      this.destroy();
      return null;
    };
  }

  /** Every packet counts against the device's rate: a flood of pings is a flood. */
  #account(): void {
    if (!this.#framer.midPacket) this.incompleteSince = null;
    else this.incompleteSince ??= performance.now();
    const packets = this.#framer.takeBegun();
    const waitMs = this.connected?.bucket.take(packets, performance.now()) ?? 0;
    if (waitMs === 0) return;
    this.#surroundings.onThrottled(this, packets);
    this.#readAgainIn(waitMs);
  }
}
