import { type PublishKind, parseTopic } from '../contracts/mqtt.ts';
import type { Clock } from '../platform/clock.ts';
import { inTransaction, type Pool, type PoolClient } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { Backoff } from './backoff.ts';
import type { ClockLimits } from './clock-check.ts';
import { decodeEvent } from './decode-event.ts';
import { type Arrival, decodeTelemetry, isForbidden } from './decode-telemetry.ts';
import type { Device } from './device.ts';
import type { DeviceLookup } from './device-lookup.ts';
import type { IngestMessage, IngestQueue } from './ingest-queue.ts';
import type { Refused } from './refusal.ts';

interface Letter {
  readonly id: string;
  readonly deviceId: string;
  readonly receivedAt: Date;
  readonly topic: string;
  readonly payload: Buffer;
}

const BATCH_LETTERS = 100;

const CLAIM = `
  SELECT id, device_id AS "deviceId", received_at AS "receivedAt", topic, payload FROM dead_letter
  WHERE replay_at IS NOT NULL ORDER BY id LIMIT ${BATCH_LETTERS} FOR UPDATE SKIP LOCKED`;

/** Refused again: with the reason of today. */
const KEEP = `
  UPDATE dead_letter l SET replay_at = NULL, replayed_at = $2, reason = t.reason, detail = t.detail
  FROM unnest($1::uuid[], $3::text[], $4::text[]) AS t(id, reason, detail) WHERE l.id = t.id`;

export interface DeadLetterReplayDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly clockLimits: ClockLimits;
  readonly log: Log;
  readonly lookup: Pick<DeviceLookup, 'find'>;
  readonly ingest: Pick<IngestQueue, 'submit'>;
}

/**
 * Decodes dead letters again that somebody marked: after a slot was added, or a platform that understands
 * more was installed. What is stored now is no dead letter any more; what is refused again stays, with
 * today's reason. Once more after a crash in between: the same reading is stored once.
 */
export class DeadLetterReplay {
  readonly #deps: DeadLetterReplayDeps;
  #running: Promise<void> | null = null;
  #isWanted = false;
  #isStopped = false;
  readonly #backoff = new Backoff({ firstMs: 250, maxMs: 10_000 });
  readonly #closing = Promise.withResolvers<never>();

  constructor(deps: DeadLetterReplayDeps) {
    this.#deps = deps;
    // Nobody may be waiting when it is closed.
    this.#closing.promise.catch(() => undefined);
  }

  /** Looks for marked letters now, or again when the look under way has ended. */
  want(): void {
    this.#isWanted = true;
    if (!this.#isStopped) this.#running ??= this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#backoff.abort();
  }

  /** What is under way and could not be stored any more stays marked. */
  async close(): Promise<void> {
    this.stop();
    this.#closing.reject(new Error('the broker closes'));
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false;
      try {
        const letters = await inTransaction(this.#deps.pool, (db) =>
          Promise.race([replayBatch(this.#deps, db), this.#closing.promise]),
        );
        if (letters === BATCH_LETTERS) this.#isWanted = true;
        this.#backoff.reset();
      } catch (error) {
        if (this.#isStopped) continue;
        this.#deps.log.warn({ err: error }, 'dead letters could not be decoded again; another try follows');
        // They stay marked, and nobody announces them a second time.
        this.#isWanted = true;
        await this.#backoff.wait();
      }
    }
    this.#running = null;
  }
}

async function replayBatch(deps: DeadLetterReplayDeps, db: PoolClient): Promise<number> {
  const { rows } = await db.query<Letter>(CLAIM);
  if (rows.length === 0) return 0;
  const outcomes = await Promise.all(rows.map((letter) => replayOne(deps, letter)));
  const gone = rows.filter((_, i) => outcomes[i] === null).map(({ id }) => id);
  const kept = rows.flatMap(({ id }, i) => {
    const refused = outcomes[i];
    return refused == null ? [] : [{ id, ...refused }];
  });
  await db.query('DELETE FROM dead_letter WHERE id = ANY ($1::uuid[])', [gone]);
  await db.query(KEEP, [
    kept.map(({ id }) => id),
    new Date(deps.clock.now()),
    kept.map(({ reason }) => reason),
    kept.map(({ detail }) => detail),
  ]);
  return rows.length;
}

/** null: stored, or not to be kept. */
async function replayOne(deps: DeadLetterReplayDeps, letter: Letter): Promise<Refused | null> {
  const device = await deps.lookup.find({ id: letter.deviceId });
  const kind = parseTopic(letter.topic)?.kind ?? null;
  if (device === null || kind === null)
    return { reason: 'bad-topic', detail: `no device for ${letter.topic}` };
  const now = deps.clock.now();
  // Taken back since it came: what may not be stored is not kept as a dead letter either.
  if ([...device.slots.values()].some((slot) => isForbidden(slot, now))) return null;
  const { refused, ...rows } = decode(deps, letter, device, kind);
  if (rows.readings.length === 0 && rows.event === null) return refused[0] ?? null;
  const quarantined = await store(deps, rows, letter.payload.length);
  return quarantined === null ? (refused[0] ?? null) : { reason: 'impossible-value', detail: quarantined };
}

type Rows = Pick<IngestMessage, 'readings' | 'event'>;

function decode(
  { clockLimits }: DeadLetterReplayDeps,
  { payload, receivedAt }: Letter,
  device: Device,
  kind: PublishKind,
): Rows & { readonly refused: readonly Refused[] } {
  // Its own time is held against when it came.
  const arrival: Arrival = { device, receivedAt: receivedAt.getTime(), clock: clockLimits };
  if (kind === 'telemetry') {
    const { readings, refused } = decodeTelemetry(payload, arrival);
    // Evidence of use, and no reason to order: the device has said newer things since.
    return { readings: readings.map((reading) => ({ ...reading, historical: true })), event: null, refused };
  }
  if (kind === 'state') return { readings: [], event: null, refused: [] };
  const decoded = decodeEvent(payload, arrival);
  return 'event' in decoded
    ? { readings: [], event: { ...decoded.event, historical: true }, refused: [] }
    : { readings: [], event: null, refused: [decoded.refused] };
}

/** Resolves after the commit; with what the database said when it will never take the rows. */
function store({ ingest }: DeadLetterReplayDeps, rows: Rows, payloadBytes: number): Promise<string | null> {
  return new Promise((resolve) => {
    let quarantined: string | null = null;
    ingest.submit({
      ...rows,
      payloadBytes,
      acknowledge: () => resolve(quarantined),
      quarantine: (detail) => {
        quarantined = detail;
      },
    });
  });
}
