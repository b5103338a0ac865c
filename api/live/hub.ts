import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { LIVE_TOPICS, type LiveTopic } from '../../contracts/http/live.ts';
import type { Database } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import { Notices } from './notices.ts';
import { LiveStream } from './stream.ts';

/** Below the idle time of common proxies (30 s). */
const BEAT_EVERY_MS = 15_000;
/** Outlives a few missed renewals; a process that died is told of no longer than this. */
const LEASE_SECONDS = 60;
/** Streams of one process: each is a socket and some bytes. */
const MAX_STREAMS = 10_000;
/** Of one session: tabs share one stream (portal/src/live), other programs need a few. */
const MAX_STREAMS_OF_A_SESSION = 8;
/** Stands for the whole fleet among the subjects. */
const FLEET = '00000000-0000-0000-0000-000000000000';

/** Also drops the leases of processes that died. */
const RENEW = `
  WITH dead AS (DELETE FROM live_watch WHERE until < now())
  INSERT INTO live_watch (subject_id, process_id, until)
  SELECT s, $2, now() + make_interval(secs => $3) FROM unnest($1::uuid[]) AS s
  ON CONFLICT (subject_id, process_id) DO UPDATE SET until = EXCLUDED.until`;
const RELEASE = 'DELETE FROM live_watch WHERE process_id = $1 AND subject_id = ANY($2)';

/** Which of the streams still belong to a session in force of somebody who may see their customer. */
const STILL_ALLOWED = `
  SELECT k.n::int AS n FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k(session_id, subject_id, n)
  JOIN auth_session s ON s.id = k.session_id AND s.expires_at > now()
  JOIN auth_user u ON u.id = s.user_id AND u.disabled_at IS NULL
  WHERE u.role <> 'customer' OR EXISTS (
    SELECT FROM member m WHERE m.user_id = u.id AND m.customer_id = k.subject_id)`;

export interface Watcher {
  /** null: the whole fleet. */
  readonly customerId: string | null;
  /** null: a machine, whose token does not end. */
  readonly sessionId: string | null;
}

interface Open {
  readonly stream: LiveStream;
  readonly subject: string;
  readonly sessionId: string | null;
}

/** The open streams of this process. Hears what triggers announce, and passes it on to who watches. */
export class LiveHub {
  readonly #database: Database;
  readonly #log: Log;
  readonly #notices: Notices;
  readonly #processId = randomUUID();
  readonly #bySubject = new Map<string, Set<Open>>();
  /** Whose answer has not ended, also before their stream begins. */
  readonly #admitted = new Set<Watcher>();
  #beat: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor({ database, log }: { readonly database: Database; readonly log: Log }) {
    this.#database = database;
    this.#log = log;
    this.#notices = new Notices({
      url: database.url,
      log,
      onNotice: (payload) => this.#hear(payload),
      onGap: () => this.#tellAll(),
    });
  }

  /**
   * Whether there is room for one more; it is taken until the answer ends. Asked before anything is awaited, so that
   * of many who come at once each counts those before.
   */
  admit(response: ServerResponse, watcher: Watcher): boolean {
    const { sessionId } = watcher;
    if (this.#admitted.size >= MAX_STREAMS) return false;
    if (sessionId !== null && this.#streamsOf(sessionId) >= MAX_STREAMS_OF_A_SESSION) return false;
    // Of one that is gone nothing more is heard.
    if (response.destroyed) return true;
    this.#admitted.add(watcher);
    response.once('close', () => this.#admitted.delete(watcher));
    return true;
  }

  /** Begins to tell. The lease is there before the first byte, so that no change after the answer is missed. */
  async prepare({ customerId }: Watcher): Promise<void> {
    if (this.#isClosing) return;
    await this.#notices.open();
    await this.#database.pool.query(RENEW, [[customerId ?? FLEET], this.#processId, LEASE_SECONDS]);
    if (!this.#isClosing) this.#beat ??= setInterval(() => void this.#renew(), BEAT_EVERY_MS).unref();
  }

  /** Who left meanwhile is not waited for, and while closing nobody is kept. */
  add(response: ServerResponse, { customerId, sessionId }: Watcher): void {
    if (this.#isClosing || response.destroyed) {
      response.end();
      return;
    }
    const subject = customerId ?? FLEET;
    const open = { stream: new LiveStream(response), subject, sessionId };
    const others = this.#bySubject.get(subject) ?? new Set();
    this.#bySubject.set(subject, others.add(open));
    response.once('close', () => this.#remove(open));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#beat);
    for (const { stream } of this.#all()) stream.end();
    await this.#notices.close();
    const subjects = [...this.#bySubject.keys()];
    if (subjects.length > 0) {
      await this.#database.pool.query(RELEASE, [this.#processId, subjects]).catch(() => undefined);
    }
  }

  /** Looks which sessions are still in force, at each beat: who signed out elsewhere is told. */
  async renew(): Promise<void> {
    const guarded = [...this.#all()].filter(({ sessionId }) => sessionId !== null);
    const { rows } = await this.#database.pool.query<{ n: number }>(STILL_ALLOWED, [
      guarded.map(({ sessionId }) => sessionId),
      guarded.map(({ subject }) => subject),
    ]);
    const allowed = new Set(rows.map(({ n }) => n - 1));
    guarded.forEach(({ stream }, index) => {
      if (!allowed.has(index)) stream.bye();
    });
    for (const { stream } of this.#all()) stream.beat();
    const subjects = [...this.#bySubject.keys()];
    await this.#database.pool.query(RENEW, [subjects, this.#processId, LEASE_SECONDS]);
  }

  async #renew(): Promise<void> {
    await this.renew().catch((error: unknown) => {
      this.#log.warn({ err: error }, 'streams of live updates could not be renewed');
    });
  }

  #hear(payload: string): void {
    const [topic = '', subjects = ''] = payload.split('|');
    if (!isTopic(topic)) return;
    for (const subject of subjects.split(',')) {
      for (const { stream } of this.#bySubject.get(subject) ?? []) stream.tell([topic]);
    }
  }

  #tellAll(): void {
    for (const { stream } of this.#all()) stream.tell(LIVE_TOPICS);
  }

  #remove(open: Open): void {
    const others = this.#bySubject.get(open.subject);
    if (others?.delete(open) !== true) return;
    // The lease runs out by itself: the next tab of the same customer is usually seconds away.
    if (others.size === 0) this.#bySubject.delete(open.subject);
  }

  #streamsOf(sessionId: string): number {
    let streams = 0;
    for (const admitted of this.#admitted) if (admitted.sessionId === sessionId) streams += 1;
    return streams;
  }

  *#all(): Generator<Open> {
    for (const opens of this.#bySubject.values()) yield* opens;
  }
}

const isTopic = (text: string): text is LiveTopic => LIVE_TOPICS.some((topic) => topic === text);
