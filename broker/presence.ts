import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { Backoff } from './backoff.ts';

export type PresenceState = 'online' | 'offline';

const MAX_BATCH = 5_000;

/** Ids of one notification, whose text may have 8,000 bytes. */
const MAX_TOLD = 200;

/** A device that left here may be at another broker: that one hears of it and says so (Fleet.contradict). */
const UPDATE = `
  WITH written AS (
    UPDATE device SET presence = given.presence, presence_at = to_timestamp(given.at / 1000)
    FROM unnest($1::uuid[], $2::presence[], $3::float8[], $4::boolean[]) AS given (id, presence, at, has_left)
    WHERE device.id = given.id AND (device.presence_at IS NULL OR device.presence_at <= to_timestamp(given.at / 1000))
    RETURNING device.id, given.has_left
  ), parts AS (
    SELECT id, (row_number() OVER () - 1) / ${MAX_TOLD} AS part FROM written WHERE has_left
  )
  SELECT pg_notify('device_left', string_agg(id::text, ',')) FROM parts GROUP BY part`;

const OFFLINE = "SELECT id FROM device WHERE id = ANY ($1::uuid[]) AND presence = 'offline'";

interface Change {
  readonly state: PresenceState;
  readonly at: number;
  readonly hasLeft: boolean;
}

/**
 * Writes who is online behind, set-wise, the last word of each device only: 10,000 devices that reconnect
 * at once cost a few statements. Bounded by the number of devices.
 */
export class PresenceWriter {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #backoff = new Backoff({ firstMs: 250, maxMs: 10_000 });
  readonly #changed = new Map<string, Change>();
  #writing: Promise<void> | null = null;

  constructor({ pool, clock, log }: { pool: Pool; clock: Clock; log: Log }) {
    this.#pool = pool;
    this.#clock = clock;
    this.#log = log;
  }

  /** `hasLeft`: it is offline because its connection ended, and may have another elsewhere. */
  set(deviceId: string, state: PresenceState, hasLeft = false): void {
    this.#changed.set(deviceId, { state, at: this.#clock.now(), hasLeft });
    this.#writing ??= this.#write();
  }

  /** Those of the devices that count as gone. */
  async offlineAmong(deviceIds: readonly string[]): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ id: string }>(OFFLINE, [deviceIds]);
    return rows.map(({ id }) => id);
  }

  /** Writes what is waiting, once. */
  async close(): Promise<void> {
    this.#backoff.abort();
    await this.#writing;
    if (this.#changed.size > 0) await this.#update().catch(() => undefined);
  }

  async #write(): Promise<void> {
    await new Promise((next) => setImmediate(next));
    while (this.#changed.size > 0 && !this.#backoff.aborted) {
      try {
        await this.#update();
        this.#backoff.reset();
      } catch (error) {
        this.#log.warn({ err: error, devices: this.#changed.size }, 'presence could not be written');
        await this.#backoff.wait();
      }
    }
    this.#writing = null;
  }

  async #update(): Promise<void> {
    const batch = [...this.#changed].slice(0, MAX_BATCH);
    await this.#pool.query(UPDATE, [
      batch.map(([id]) => id),
      batch.map(([, { state }]) => state),
      batch.map(([, { at }]) => at),
      batch.map(([, { hasLeft }]) => hasLeft),
    ]);
    // A device that changed again meanwhile stays.
    for (const [id, change] of batch) if (this.#changed.get(id) === change) this.#changed.delete(id);
  }
}
