import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { generate, parser } from 'mqtt-packet';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerDevices, type TestDevice } from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPacket, publishPacket } from '../support/raw-mqtt.ts';

const CHILD = fileURLToPath(new URL('../support/broker-child.ts', import.meta.url));
const DEVICES = 40;
/** Messages that a device has on their way at once. */
const WINDOW = 4;
/** Of the moments at which brokers die. */
const SEED = 20_261_122;
const LATEST_MOMENT_MS = 200;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(Date.now());
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

/** The next message of a kind from a child; fails when the child ends first. */
function heard(child: ChildProcess, wanted: string): Promise<void> {
  return new Promise((done, fail) => {
    child.on('exit', (code) => fail(new Error(`the child ended with ${code} before it was ${wanted}`)));
    child.on('message', (message) => {
      if (message === wanted) done();
    });
  });
}

class BrokerProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;

  constructor(earlyAck: boolean) {
    const settings = { MQTT_MESSAGES_PER_SECOND: '100000', MQTT_CONNECTIONS_PER_MINUTE: '100000' };
    this.child = fork(CHILD, {
      env: {
        ...process.env,
        DATABASE_URL: database.url,
        ...settings,
        ...(earlyAck ? { NEVEROUT_EARLY_ACK: 'yes' } : {}),
      },
      execArgv: [],
    });
    this.ready = heard(this.child, 'ready');
  }

  async listen(port: number): Promise<void> {
    await this.ready;
    const listening = heard(this.child, 'listening');
    this.child.send({ listen: port });
    await listening;
  }

  async close(): Promise<void> {
    const closed = heard(this.child, 'closed');
    this.child.send('close');
    await closed;
  }

  async kill(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

/** A device that keeps a window of readings on their way and, as QoS 1 asks, sends again what was not acknowledged. */
class Sender {
  readonly acknowledged = new Set<number>();
  readonly #device: TestDevice;
  readonly #port: number;
  #unacknowledged = new Map<number, Buffer>();
  #nextSeq = 1;
  #socket: Socket | null = null;
  #stopped = false;

  constructor(device: TestDevice, port: number) {
    this.#device = device;
    this.#port = port;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#stopped) return;
    const socket = connect(this.#port, '127.0.0.1');
    this.#socket = socket;
    const incoming = parser({ protocolVersion: 4 });
    incoming.on('packet', (packet) => {
      if (packet.cmd === 'connack') this.#fill([...this.#unacknowledged.values()]);
      else if (packet.cmd === 'puback') this.#acknowledge(packet.messageId ?? 0);
    });
    socket.on('data', (chunk) => incoming.parse(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => setTimeout(() => this.#connect(), 10));
    socket.write(generate(connectPacket(this.#device)));
  }

  #acknowledge(seq: number): void {
    if (!this.#unacknowledged.delete(seq)) return;
    this.acknowledged.add(seq);
    this.#fill([]);
  }

  #fill(again: readonly Buffer[]): void {
    const packets = [...again];
    while (!this.#stopped && this.#unacknowledged.size < WINDOW) {
      const seq = this.#nextSeq++;
      const at = new Date().toISOString();
      const payload = JSON.stringify({
        v: 1,
        at,
        seq,
        consumables: { black: { level: 0.5 }, waste: { level: 0.9 } },
      });
      const packet = generate(publishPacket(`neverout/v1/${this.#device.id}/telemetry`, payload, seq));
      this.#unacknowledged.set(seq, packet);
      packets.push(packet);
    }
    if (packets.length > 0) this.#socket?.write(Buffer.concat(packets));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

interface Outcome {
  readonly acknowledged: number;
  /** Acknowledged consumables' readings that are not in the database. */
  readonly lost: number;
  /** Stored readings that evaluation_queue does not announce exactly once. */
  readonly wronglyAnnounced: number;
}

/** Devices publish while their broker is killed again and again; then the books are compared. */
async function killUnderLoad(kills: number, earlyAck: boolean): Promise<Outcome> {
  const devices = await registerDevices(database, DEVICES);
  const port = await freePort();
  let running = new BrokerProcess(earlyAck);
  await running.listen(port);
  const senders = devices.map((device) => new Sender(device, port));
  const total = () => senders.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  const moments = xoroshiro128plus(SEED);
  for (let kill = 0; kill < kills; kill += 1) {
    // Built before the other dies, so that the devices find it soon.
    const next = new BrokerProcess(earlyAck);
    await next.ready;
    const before = total();
    while (total() < before + DEVICES) await new Promise((again) => setTimeout(again, 5));
    await new Promise((moment) => setTimeout(moment, uniformInt(moments, 0, LATEST_MOMENT_MS)));
    await running.kill();
    await next.listen(port);
    running = next;
  }
  for (const sender of senders) sender.stop();
  await running.close();
  await running.kill();
  return compare(devices, senders);
}

async function compare(devices: readonly TestDevice[], senders: readonly Sender[]): Promise<Outcome> {
  let acknowledged = 0;
  let lost = 0;
  for (const [i, device] of devices.entries()) {
    const acknowledgedSeqs = senders[i]?.acknowledged ?? new Set<number>();
    for (const key of ['black', 'waste']) {
      const { rows } = await database.pool.query<{ seq: string }>(
        'SELECT seq FROM reading WHERE consumable_id = $1',
        [device.consumables.get(key)],
      );
      const stored = new Set(rows.map(({ seq }) => Number(seq)));
      expect(stored.size).toBe(rows.length);
      acknowledged += acknowledgedSeqs.size;
      for (const seq of acknowledgedSeqs) if (!stored.has(seq)) lost += 1;
    }
  }
  const { rows } = await database.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (SELECT consumable_id, at, seq FROM reading WHERE consumable_id = ANY ($1)) r
     FULL JOIN (
       SELECT q.consumable_id, k.at, k.seq, count(*) AS times
       FROM evaluation_queue q, unnest(q.reading_at, q.reading_seq) AS k (at, seq)
       WHERE q.consumable_id = ANY ($1) GROUP BY 1, 2, 3
     ) a USING (consumable_id, at, seq)
     WHERE r.seq IS NULL OR a.times IS DISTINCT FROM 1`,
    [devices.flatMap(({ consumables }) => [...consumables.values()])],
  );
  return { acknowledged, lost, wronglyAnnounced: rows[0]?.n ?? -1 };
}

test('a broker killed ten times under load: every acknowledged reading is stored once and announced once', async () => {
  const { acknowledged, lost, wronglyAnnounced } = await killUnderLoad(10, false);
  expect(acknowledged).toBeGreaterThan(10 * DEVICES);
  expect({ lost, wronglyAnnounced }).toEqual({ lost: 0, wronglyAnnounced: 0 });
}, 120_000);

test('control: acknowledging before the commit loses readings, and this check sees it', async () => {
  const { lost } = await killUnderLoad(5, true);
  expect(lost).toBeGreaterThan(0);
}, 60_000);
