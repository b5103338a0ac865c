import type { Pool } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { Backoff } from './backoff.ts';
import { KeyedLimiter } from './rate-limit.ts';
import type { Refused } from './refusal.ts';

/** Enough to see what a firmware does wrong; a device that sends only rubbish fills no table. */
const PER_DEVICE_PER_MINUTE = 10;
/** Of all devices: a fleet of 10,000 with one bad update. */
const PER_MINUTE = 3_000;
const MAX_PAYLOAD_BYTES = 4_096;
const MAX_WAITING = 2_000;
const MAX_BATCH = 500;
const MAX_TEXT = 256;
/** Devices remembered for the limit. */
const MAX_DEVICES = 20_000;

export interface DeadLetter extends Refused {
  readonly receivedAt: number;
  readonly deviceId: string | null;
  readonly clientId: string | null;
  readonly topic: string | null;
  readonly payload: Buffer | null;
}

const INSERT = `
  INSERT INTO dead_letter (received_at, device_id, client_id, topic, reason, detail, payload)
  SELECT to_timestamp(received_at / 1000), device_id, client_id, topic, reason, detail, payload
  FROM unnest($1::float8[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
    AS given (received_at, device_id, client_id, topic, reason, detail, payload)`;

/**
 * Counts every refusal and keeps a sample of them for ops. Never in the way of ingest: bounded, written
 * behind, and given up rather than waited for.
 */
export class DeadLetters {
  readonly #pool: Pool;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #perDevice = new KeyedLimiter(PER_DEVICE_PER_MINUTE, MAX_DEVICES);
  readonly #overall = new KeyedLimiter(PER_MINUTE, 1);
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 10_000 });
  #waiting: DeadLetter[] = [];
  #writing: Promise<void> | null = null;

  constructor({ pool, log, metrics }: { pool: Pool; log: Log; metrics: Metrics }) {
    this.#pool = pool;
    this.#log = log;
    this.#metrics = metrics;
  }

  add(letter: DeadLetter): void {
    this.#metrics.refused.inc({ reason: letter.reason });
    const now = performance.now();
    const kept =
      this.#waiting.length < MAX_WAITING &&
      this.#perDevice.allow(letter.deviceId ?? 'unknown', now) &&
      this.#overall.allow('all', now);
    if (!kept) {
      this.#metrics.deadLettersDropped.inc();
      return;
    }
    this.#waiting.push({
      ...letter,
      // A copy: a slice would keep the whole socket read alive.
      payload: letter.payload === null ? null : Buffer.from(letter.payload.subarray(0, MAX_PAYLOAD_BYTES)),
    });
    this.#writing ??= this.#write();
  }

  /** Writes what is waiting, once; a database that is away loses it. */
  async close(): Promise<void> {
    this.#backoff.abort();
    await this.#writing;
    if (this.#waiting.length > 0) await this.#insert(this.#waiting.splice(0)).catch(() => undefined);
  }

  async #write(): Promise<void> {
    // Lets the letters of this turn of the event loop share one insert.
    await new Promise((next) => setImmediate(next));
    while (this.#waiting.length > 0 && !this.#backoff.aborted) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        await this.#insert(batch);
        this.#backoff.reset();
      } catch (error) {
        this.#log.warn({ err: error, letters: batch.length }, 'dead letters could not be written');
        if (this.#waiting.length + batch.length <= MAX_WAITING) this.#waiting.unshift(...batch);
        else this.#metrics.deadLettersDropped.inc(batch.length);
        await this.#backoff.wait();
      }
    }
    this.#writing = null;
  }

  async #insert(batch: readonly DeadLetter[]): Promise<void> {
    await this.#pool.query(INSERT, [
      batch.map(({ receivedAt }) => receivedAt),
      batch.map(({ deviceId }) => deviceId),
      batch.map(({ clientId }) => storable(clientId)),
      batch.map(({ topic }) => storable(topic)),
      batch.map(({ reason }) => reason),
      batch.map(({ detail }) => storable(detail)),
      batch.map(({ payload }) => payload),
    ]);
  }
}

/** PostgreSQL stores no NUL in text. */
const storable = <Text extends string | null>(text: Text): Text =>
  (text === null ? null : text.replaceAll('\0', '\uFFFD').slice(0, MAX_TEXT)) as Text;
