import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { Backoff } from './backoff.ts';
import { classifyFailure } from './ingest-connection.ts';
import type { EventRow, ReadingRow } from './ingest-rows.ts';
import { type PreparedStatement, type StoredCounts, storeStatement } from './ingest-sql.ts';

/** Rows of one commit. Larger batches gain nothing and make every device in them wait for the last row. */
const MAX_ROWS = 2_000;
/** Messages without rows (refused ones) do not make a batch endless. */
const MAX_MESSAGES = 4_000;

/** What a message in the queue costs beside its payload: objects, closures, rows. Measured, rounded up. */
const MESSAGE_OVERHEAD_BYTES = 1_024;
const ROW_OVERHEAD_BYTES = 256;

/** One device message on its way to the database; without rows it only keeps its place in the order. */
export interface IngestMessage {
  readonly readings: readonly ReadingRow[];
  readonly event: EventRow | null;
  readonly payloadBytes: number;
  /** Called once, in arrival order, after the commit. */
  readonly acknowledge: () => void;
  /** Called before `acknowledge` when the database will never take the rows. */
  readonly quarantine: (detail: string) => void;
}

/** Where batches go: the real connection, or a control test's. */
export interface ReadingStore {
  readonly store: (statement: PreparedStatement) => Promise<StoredCounts>;
  readonly makePartitions: (instants: readonly number[]) => Promise<void>;
}

export interface IngestQueueOptions {
  readonly store: ReadingStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Beyond this the queue is `full`, and the connections are to be read no more. */
  readonly maxPendingBytes: number;
  /** The queue was full and has room again. */
  readonly onRoom: () => void;
}

/**
 * Group commit (docs/decisions/0006-ingest.md): while one transaction is in flight the next batch gathers,
 * so batches size themselves and no timer is needed. Nothing is acknowledged before its commit (DESIGN §4.1);
 * with the database away everything waits here, bounded by `full`.
 */
export class IngestQueue {
  readonly #options: IngestQueueOptions;
  readonly #backoff = new Backoff({ firstMs: 100, maxMs: 5_000 });
  #waiting: IngestMessage[] = [];
  #pending = 0;
  #pendingBytes = 0;
  #running = false;
  #wasFull = false;
  #idle: (() => void)[] = [];

  constructor(options: IngestQueueOptions) {
    this.#options = options;
  }

  get full(): boolean {
    return this.#pendingBytes >= this.#options.maxPendingBytes;
  }

  submit(message: IngestMessage): void {
    this.#waiting.push(message);
    this.#pending += 1;
    this.#pendingBytes += costOf(message);
    this.#options.metrics.pendingMessages.set(this.#pending);
    if (this.full) this.#wasFull = true;
    if (this.#running) return;
    this.#running = true;
    // Everything that this turn of the event loop reads goes into the first batch.
    setImmediate(() => void this.#run());
  }

  /** Resolves when everything submitted so far is acknowledged. */
  drained(): Promise<void> {
    return this.#pending === 0 ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  /** Gives up waiting for a database that is away: nothing more is acknowledged. */
  abandon(): void {
    this.#backoff.abort();
  }

  async #run(): Promise<void> {
    let settled: readonly IngestMessage[] = [];
    while (this.#waiting.length > 0 && !this.#backoff.aborted) {
      const batch = this.#takeBatch();
      // The devices of the previous commit hear of it while the database works on this one.
      const written = this.#write(batch);
      this.#settle(settled);
      settled = [];
      if (await written) settled = batch;
    }
    this.#settle(settled);
    // Acknowledging may have brought new messages.
    if (this.#waiting.length > 0 && !this.#backoff.aborted) return this.#run();
    this.#running = false;
  }

  #takeBatch(): readonly IngestMessage[] {
    let rows = 0;
    let count = 0;
    for (const message of this.#waiting) {
      rows += rowsOf(message);
      if (count > 0 && (rows > MAX_ROWS || count === MAX_MESSAGES)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Writes the batch; whatever the database will never take is quarantined. False: given up. */
  async #write(batch: readonly IngestMessage[]): Promise<boolean> {
    const readings = batch.flatMap((message) => message.readings);
    const events = batch.flatMap((message) => (message.event === null ? [] : [message.event]));
    if (readings.length + events.length === 0) return true;
    const { store, clock, log, metrics } = this.#options;
    let madePartitions = false;
    while (!this.#backoff.aborted) {
      const startedAt = performance.now();
      try {
        const stored = await store.store(storeStatement(readings, events, clock.now()));
        metrics.commitSeconds.observe((performance.now() - startedAt) / 1000);
        metrics.commitRows.observe(readings.length + events.length);
        this.#count(readings.length + events.length, stored);
        this.#backoff.reset();
        return true;
      } catch (error) {
        const failure = classifyFailure(error);
        if (failure === 'no-partition' && !madePartitions) {
          madePartitions = await this.#makePartitions(readings);
        } else if (failure === 'unavailable') {
          log.warn({ err: error, pending: this.#pending }, 'readings wait: the database does not take them');
          await this.#backoff.wait();
        } else return this.#divide(batch, error);
      }
    }
    return false;
  }

  /** A month that housekeeping has not made yet is no fault of the reading. */
  async #makePartitions(readings: readonly ReadingRow[]): Promise<boolean> {
    const { store, log } = this.#options;
    try {
      await store.makePartitions(readings.map(({ at }) => at));
      return true;
    } catch (error) {
      log.warn({ err: error }, 'could not make a missing partition of reading');
      await this.#backoff.wait();
      return false;
    }
  }

  /** One row that the database refuses must not hold up the others: halve until it stands alone. */
  async #divide(batch: readonly IngestMessage[], error: unknown): Promise<boolean> {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      only.quarantine(error instanceof Error ? error.message : String(error));
      return true;
    }
    const middle = Math.ceil(batch.length / 2);
    return (await this.#write(batch.slice(0, middle))) && (await this.#write(batch.slice(middle)));
  }

  #count(offered: number, { readings, events }: StoredCounts): void {
    const { metrics } = this.#options;
    const duplicates = offered - readings - events;
    metrics.readingsStored.inc(readings);
    if (duplicates === 0) return;
    metrics.readingsDuplicate.inc(duplicates);
    metrics.refused.inc({ reason: 'duplicate' }, duplicates);
  }

  #settle(batch: readonly IngestMessage[]): void {
    for (const message of batch) {
      this.#pending -= 1;
      this.#pendingBytes -= costOf(message);
      message.acknowledge();
    }
    this.#options.metrics.pendingMessages.set(this.#pending);
    // Half empty, so that the connections are not woken for one message each.
    if (this.#wasFull && this.#pendingBytes <= this.#options.maxPendingBytes / 2) {
      this.#wasFull = false;
      this.#options.onRoom();
    }
    if (this.#pending > 0) return;
    for (const done of this.#idle.splice(0)) done();
  }
}

const rowsOf = ({ readings, event }: IngestMessage): number => readings.length + (event === null ? 0 : 1);

const costOf = (message: IngestMessage): number =>
  MESSAGE_OVERHEAD_BYTES + message.payloadBytes + rowsOf(message) * ROW_OVERHEAD_BYTES;
