import { createHmac } from 'node:crypto';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { Pool } from '../../platform/database.ts';
import { ApiProblem } from '../http/problem.ts';

/** So many in a window; windows begin at fixed instants, so that processes agree on them. */
export interface AttemptRule {
  readonly name: string;
  readonly max: number;
  readonly windowMinutes: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** An IPv6 customer gets at least a /64: its addresses count as one. */
const IPV6_SUBNET_BITS = 64;

const COUNT = `
  INSERT INTO attempt (key, window_start, count) VALUES ($1, $2, 1)
  ON CONFLICT (key, window_start) DO UPDATE SET count = attempt.count + 1
  RETURNING count`;
const READ = 'SELECT count FROM attempt WHERE key = $1 AND window_start = $2';
const FORGET = 'DELETE FROM attempt WHERE key = $1';
const FORGET_OLD = 'DELETE FROM attempt WHERE window_start < $1';

/** Limits that hold across all processes: they stand in the database, each in a statement of its own. */
export class Attempts {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #key: string;

  constructor(pool: Pool, clock: Clock, key: string) {
    this.#pool = pool;
    this.#clock = clock;
    this.#key = key;
  }

  /** Counts one attempt, or throws too-many-requests with the time to wait. */
  async count(rule: AttemptRule, subject: string, reply: FastifyReply): Promise<void> {
    const { key, start } = this.#locate(rule, subject);
    const { rows } = await this.#pool.query<{ count: number }>(COUNT, [key, new Date(start)]);
    const count = rows[0]?.count ?? 1;
    // The first of a window tidies up behind others; nothing depends on when.
    if (count === 1) await this.#pool.query(FORGET_OLD, [new Date(start - DAY_MS)]);
    if (count > rule.max) this.#refuse(rule, start, reply);
  }

  /** Throws when the window is used up, without counting: for what counts failures only. */
  async check(rule: AttemptRule, subject: string, reply: FastifyReply): Promise<void> {
    const { key, start } = this.#locate(rule, subject);
    const { rows } = await this.#pool.query<{ count: number }>(READ, [key, new Date(start)]);
    if ((rows[0]?.count ?? 0) >= rule.max) this.#refuse(rule, start, reply);
  }

  /** After a success: what was mistyped before no longer counts. */
  async forget(rule: AttemptRule, subject: string): Promise<void> {
    await this.#pool.query(FORGET, [this.#locate(rule, subject).key]);
  }

  #locate({ name, windowMinutes }: AttemptRule, subject: string): { key: string; start: number } {
    const windowMs = windowMinutes * MINUTE_MS;
    const hash = createHmac('sha256', this.#key).update(subject).digest('base64url').slice(0, 22);
    return { key: `${name} ${hash}`, start: Math.floor(this.#clock.now() / windowMs) * windowMs };
  }

  #refuse({ windowMinutes }: AttemptRule, start: number, reply: FastifyReply): never {
    const leftMs = start + windowMinutes * MINUTE_MS - this.#clock.now();
    reply.header('retry-after', String(Math.max(1, Math.ceil(leftMs / 1000))));
    throw new ApiProblem('too-many-requests', {});
  }
}

/** The network that an address counts as. */
export const networkOf = (address: string): string => normalizeIP(address, IPV6_SUBNET_BITS);
