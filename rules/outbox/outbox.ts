import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import {
  Logger,
  type Runner,
  run,
  runMigrations,
  runOnce,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import { z } from 'zod';
import { inTransaction } from '../../platform/database.ts';
import { prepared } from '../../platform/prepared.ts';
import { fetchFeed } from '../calendar/fetch-feed.ts';
import type { RulesDeps } from '../deps.ts';
import { deliverMessage, sendDigest } from '../messages/deliver.ts';
import type { MessageDeps } from '../messages/deps.ts';
import { sendSealedMail } from '../messages/send-sealed-mail.ts';
import { cancelOrder } from '../orders/cancel-order.ts';
import { placeOrder } from '../orders/place-order.ts';
import { requestReturn } from '../problems/request-return.ts';
import { fetchQuote } from '../quotes/fetch-quote.ts';
import { askMerchant } from '../watch/ask-merchant.ts';
import { showLife, watchForDead } from './dead-workers.ts';
import type { Jobs } from './jobs.ts';

/** Calls in flight of one process: merchants are slow, and waiting costs nothing. */
const CONCURRENCY = 4;
/** A notification wakes the worker at once; this is for one that got lost. */
const POLL_MS = 2_000;

/**
 * Batched, an outcome that cannot be written stops the runner, which is then replaced; without it that is an
 * unhandled rejection, which ends the process: a cut database connection at the wrong moment was enough.
 */
const PRESET = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } };

/** Pause before a runner that failed is replaced. */
const RESTART_MS = 1_000;

export interface Outbox {
  /** Works until closed; a runner that the database took down is replaced. */
  readonly start: () => void;
  /** Runs the jobs that are ready; returns whether there were any. */
  readonly drain: () => Promise<boolean>;
  /** Finishes the jobs in flight. */
  readonly close: () => Promise<void>;
}

const orderId = z.uuid();
const placeOrderSchema = z.object({ orderId, retry: z.boolean() }) satisfies z.ZodType<Jobs['place-order']>;
const fetchCalendarSchema = z.object({ feedId: z.uuid() }) satisfies z.ZodType<Jobs['fetch-calendar']>;
const fetchQuoteSchema = z.object({ quoteId: z.uuid(), merchantId: z.uuid() }) satisfies z.ZodType<
  Jobs['fetch-quote']
>;
const requestReturnSchema = z.object({ problemId: z.uuid() }) satisfies z.ZodType<Jobs['request-return']>;
const cancelOrderSchema = z.object({ orderId }) satisfies z.ZodType<Jobs['cancel-order']>;

const attempt = z.int().min(0);
const deliverSchema = z.object({ deliveryId: z.uuid(), attempt }) satisfies z.ZodType<
  Jobs['deliver-message']
>;
const digestSchema = z.object({ customerId: z.guid(), attempt }) satisfies z.ZodType<Jobs['send-digest']>;
const sealedMailSchema = z.object({ mailId: z.uuid(), attempt }) satisfies z.ZodType<
  Jobs['send-sealed-mail']
>;

function tasksOf(deps: MessageDeps): TaskList {
  return {
    'place-order': (payload: unknown) => placeOrder(deps, placeOrderSchema.parse(payload)),
    'cancel-order': (payload: unknown) => cancelOrder(deps, cancelOrderSchema.parse(payload)),
    'ask-merchant': (payload: unknown) => askMerchant(deps, cancelOrderSchema.parse(payload)),
    'request-return': (payload: unknown) => requestReturn(deps, requestReturnSchema.parse(payload)),
    'fetch-quote': (payload: unknown) => fetchQuote(deps, fetchQuoteSchema.parse(payload)),
    'fetch-calendar': (payload: unknown) => fetchFeed(deps, fetchCalendarSchema.parse(payload).feedId),
    'deliver-message': (payload: unknown) => {
      const { deliveryId, attempt } = deliverSchema.parse(payload);
      return deliverMessage(deps, deliveryId, attempt);
    },
    'send-digest': (payload: unknown) => {
      const { customerId, attempt } = digestSchema.parse(payload);
      return sendDigest(deps, customerId, attempt);
    },
    'send-sealed-mail': (payload: unknown) => {
      const { mailId, attempt } = sealedMailSchema.parse(payload);
      return sendSealedMail(deps, mailId, attempt);
    },
  } satisfies Record<keyof Jobs, unknown>;
}

const READY = prepared(`
  SELECT EXISTS (
    SELECT FROM graphile_worker.jobs WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now()
  ) AS ready`);

/** graphile-worker over the platform's own pool, its schema made or brought up to date. */
export async function openOutbox(deps: MessageDeps): Promise<Outbox> {
  const { pool } = deps.database;
  const options = {
    pgPool: pool,
    logger: loggerOf(deps),
    noHandleSignals: true,
    concurrency: CONCURRENCY,
    preset: PRESET,
  };
  // Processes that start together would both make the schema.
  await inTransaction(pool, async (db) => {
    await db.query("SELECT pg_advisory_xact_lock(hashtext('neverout-outbox'))");
    await runMigrations(options);
  });
  const taskList = tasksOf(deps);
  const closing = new AbortController();
  let runner: Runner | undefined;
  let working: Promise<void> = Promise.resolve();

  const runOne = async (): Promise<void> => {
    const over = new AbortController();
    const events: WorkerEvents = new EventEmitter();
    let living: Promise<void> = Promise.resolve();
    events.on('pool:create', ({ workerPool }) => {
      living = showLife(deps, workerPool.id, over.signal);
    });
    try {
      runner = await run({ ...options, taskList, events, pollInterval: POLL_MS });
      if (closing.signal.aborted) await runner.stop();
      await runner.promise;
    } finally {
      over.abort();
      await living;
    }
  };
  const work = async (): Promise<void> => {
    const watching = watchForDead(deps, closing.signal);
    while (!closing.signal.aborted) {
      try {
        await runOne();
      } catch (error) {
        deps.log.error({ err: error }, 'the outbox stopped; it starts anew');
      }
      runner = undefined;
      await wait(RESTART_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    await watching;
  };

  return {
    start: () => {
      working = work();
    },
    drain: async () => {
      const { rows } = await pool.query<{ ready: boolean }>(READY);
      if (rows[0]?.ready !== true) return false;
      await runOnce({ ...options, taskList });
      return true;
    },
    close: async () => {
      closing.abort();
      // A runner that has just stopped by itself says so by an error.
      await runner?.stop().catch(() => undefined);
      await working;
    },
  };
}

const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;

function loggerOf({ log }: RulesDeps): Logger {
  return new Logger((scope) => (level, message) => log[LEVELS[level]]({ scope }, message));
}
