import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import type { BenchDevice } from './fleet.ts';
import { Latencies } from './latencies.ts';

/** Sequence numbers of fixed width, so that a message is patched in place. */
const FIRST_SEQ = 100_000_000;
const PUBACK_BYTES = 4;
const CONNACK = 0x20;
/** Connections that are being opened at once: fewer than the backlog of the listener. */
const OPENING = 500;
/** The fewest message identifiers in use at once that are told apart. */
const MIN_WINDOW = 64;

/** One device on a raw socket: its next message is a copy of a template with three fields patched. */
interface Line {
  readonly socket: Socket;
  readonly template: Buffer;
  readonly idAt: number;
  readonly atAt: number;
  readonly seqAt: number;
  /** When each message identifier was sent, ms. */
  readonly sentAt: Float64Array;
  sent: number;
  acknowledged: number;
  rest: Buffer;
}

export interface Load {
  /** Messages per second of all connections; 0: each connection sends again when it is acknowledged. */
  readonly rate: number;
  readonly seconds: number;
}

export interface Outcome {
  readonly offeredPerSecond: number;
  readonly acknowledgedPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * Thousands of devices in one process: MQTT packets encoded once, one buffer for all reads, and nothing
 * parsed but PUBACKs. A client library for each device would need more CPU than the broker.
 */
export class Generator {
  readonly #lines: Line[] = [];
  readonly #latencies = new Latencies();
  #closedLoop = false;
  #sent = 0;
  #acknowledged = 0;

  /** Messages acknowledged since the start, warm-up included. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  async open(port: number, devices: readonly BenchDevice[], rate: number): Promise<void> {
    const window = 2 ** Math.ceil(Math.log2(Math.max(MIN_WINDOW, (rate / devices.length) * 4)));
    const waiting = [...devices];
    const openOne = async (): Promise<void> => {
      for (let device = waiting.pop(); device !== undefined; device = waiting.pop()) {
        this.#lines.push(await this.#connect(port, device, window));
      }
    };
    await Promise.all(Array.from({ length: OPENING }, openOne));
  }

  /** Runs the load and returns what was measured in it. */
  async run({ rate, seconds }: Load): Promise<Outcome> {
    this.#latencies.clear();
    const sentBefore = this.#sent;
    const startedAt = performance.now();
    this.#closedLoop = rate === 0;
    if (this.#closedLoop) for (const line of this.#lines) this.#publish(line, startedAt);
    await this.#pace(rate, seconds, startedAt);
    this.#closedLoop = false;
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    const acknowledgedPerSecond = this.#latencies.count / elapsedSeconds;
    const offeredPerSecond = (this.#sent - sentBefore) / elapsedSeconds;
    // What is still under way belongs to the latencies, not to the rate.
    await this.#settle();
    const [p50Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0] = this.#latencies.percentiles([50, 95, 99, 100]);
    return { offeredPerSecond, acknowledgedPerSecond, p50Ms, p95Ms, p99Ms, maxMs };
  }

  close(): void {
    for (const { socket } of this.#lines) socket.destroy();
  }

  /** Sends what is due by the time that has passed, round robin. */
  async #pace(rate: number, seconds: number, startedAt: number): Promise<void> {
    const endsAt = startedAt + seconds * 1000;
    let sent = 0;
    for (let now = performance.now(); now < endsAt; now = performance.now()) {
      const due = Math.floor(((now - startedAt) / 1000) * rate);
      for (; sent < due; sent += 1) {
        const line = this.#lines[sent % this.#lines.length];
        if (line !== undefined) this.#publish(line, now);
      }
      await new Promise((next) => setTimeout(next, 1));
    }
  }

  async #settle(): Promise<void> {
    const deadline = performance.now() + 30_000;
    while (this.#acknowledged < this.#sent && performance.now() < deadline) {
      await new Promise((next) => setTimeout(next, 5));
    }
    if (this.#acknowledged < this.#sent) {
      throw new Error(`${this.#sent - this.#acknowledged} messages were never acknowledged`);
    }
  }

  #publish(line: Line, now: number): void {
    const { template, sentAt } = line;
    const messageId = (line.sent % 65_535) + 1;
    const packet = Buffer.from(template);
    packet.writeUInt16BE(messageId, line.idAt);
    packet.write(isoNow(now), line.atAt, 'latin1');
    packet.write(String(FIRST_SEQ + line.sent), line.seqAt, 'latin1');
    sentAt[line.sent % sentAt.length] = now;
    line.sent += 1;
    this.#sent += 1;
    line.socket.write(packet);
  }

  #connect(port: number, device: BenchDevice, window: number): Promise<Line> {
    return new Promise((done, fail) => {
      const socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: SHARED,
          callback: (bytes, buffer) => this.#read(line, Buffer.from(buffer.buffer, 0, bytes), done),
        },
      });
      const line: Line = {
        socket,
        ...templateOf(device),
        sentAt: new Float64Array(window),
        sent: 0,
        acknowledged: 0,
        rest: EMPTY,
      };
      socket.on('error', fail);
      socket.on('close', () => fail(new Error('the broker closed a connection')));
      socket.write(connectOf(device));
    });
  }

  #read(line: Line, chunk: Buffer, connected: (line: Line) => void): boolean {
    const bytes = line.rest.length === 0 ? chunk : Buffer.concat([line.rest, chunk]);
    const whole = bytes.length - (bytes.length % PUBACK_BYTES);
    const now = performance.now();
    for (let at = 0; at < whole; at += PUBACK_BYTES) {
      if (bytes[at] === CONNACK) {
        if (bytes[at + 3] !== 0) throw new Error(`CONNACK ${bytes[at + 3]}`);
        connected(line);
      } else this.#onPuback(line, now);
    }
    // A copy: the buffer is shared by all connections.
    line.rest = whole === bytes.length ? EMPTY : Buffer.from(bytes.subarray(whole));
    return true;
  }

  /** PUBACKs come in order [MQTT-4.6.0-2]; a broker that breaks this is not worth measuring. */
  #onPuback(line: Line, now: number): void {
    this.#latencies.add(now - (line.sentAt[line.acknowledged % line.sentAt.length] ?? now));
    line.acknowledged += 1;
    this.#acknowledged += 1;
    if (this.#closedLoop) this.#publish(line, performance.now());
  }
}

const EMPTY = Buffer.alloc(0);
const SHARED = Buffer.alloc(65_536);

let isoAt = -1;
let iso = '';
/** ISO 8601 of a monotonic instant, made once a millisecond. */
function isoNow(now: number): string {
  const at = Math.floor(performance.timeOrigin + now);
  if (at !== isoAt) {
    isoAt = at;
    iso = new Date(at).toISOString();
  }
  return iso;
}

const connectOf = ({ id, secret }: BenchDevice): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: id,
    keepalive: 0,
    username: id,
    password: Buffer.from(secret),
  });

function templateOf({ id }: BenchDevice): Pick<Line, 'template' | 'idAt' | 'atAt' | 'seqAt'> {
  const at = isoNow(performance.now());
  const topic = `neverout/v1/${id}/telemetry`;
  const payload = `{"v":1,"at":"${at}","seq":${FIRST_SEQ},"consumables":{"black":{"level":0.37}},"counters":{"pages":10231}}`;
  const template = generate({
    cmd: 'publish',
    topic,
    payload,
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  });
  const payloadAt = template.length - Buffer.byteLength(payload);
  return {
    template,
    idAt: payloadAt - 2,
    atAt: payloadAt + payload.indexOf(at),
    seqAt: payloadAt + payload.indexOf(String(FIRST_SEQ)),
  };
}
