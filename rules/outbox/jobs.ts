import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';

/** Calls to the world outside, each added in the transaction of the change that causes it. */
export interface Jobs {
  /** `retry`: an earlier call may have reached the merchant, so it is asked before anything is bought. */
  readonly 'place-order': { readonly orderId: string; readonly retry: boolean };
  readonly 'cancel-order': { readonly orderId: string };
  readonly 'fetch-calendar': { readonly feedId: string };
  readonly 'ask-merchant': { readonly orderId: string };
  readonly 'request-return': { readonly problemId: string };
  readonly 'fetch-quote': { readonly quoteId: string; readonly merchantId: string };
  /** `attempt`: how many there were before it, so that of two jobs for the same one only one sends. */
  readonly 'deliver-message': { readonly deliveryId: string; readonly attempt: number };
  readonly 'send-digest': { readonly customerId: string; readonly attempt: number };
  /** A mail with a secret in it: the job names it, the secret stays encrypted in its row. */
  readonly 'send-sealed-mail': { readonly mailId: string; readonly attempt: number };
}

/** `urgent`: a message that something else waits for. */
export type Job = { readonly urgent?: boolean } & {
  [Name in keyof Jobs]: { readonly name: Name; readonly payload: Jobs[Name] };
}[keyof Jobs];

/**
 * One job a task and subject, however often it is asked for; a first attempt that still waits its turn is not made
 * a second one, or a long queue would only ever ask the merchant about orders and never place one. What waits
 * keeps its place in the queue when it is asked for again. One attempt: when to try again is the subject's
 * due_at, by the platform's clock, and the sweep then adds the job anew. Jobs of one lane run one after the
 * other: a merchant whose catalogue is asked about by thousands is not called by all of them at once.
 */
const ADD = prepared(`
  SELECT graphile_worker.add_job(t.name, t.payload::json, queue_name => t.lane, job_key => t.key, max_attempts => 1,
    priority => t.priority, job_key_mode => 'preserve_run_at')
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[]) AS t(name, payload, key, lane, priority)
  WHERE NOT (t.payload::jsonb @> '{"retry": true}' AND EXISTS (
    SELECT FROM graphile_worker.jobs j WHERE j.key = t.key AND j.locked_at IS NULL AND j.attempts < j.max_attempts))`);

function subjectOf(payload: Job['payload']): string {
  if ('orderId' in payload) return payload.orderId;
  if ('feedId' in payload) return payload.feedId;
  if ('problemId' in payload) return payload.problemId;
  if ('quoteId' in payload) return payload.quoteId;
  if ('deliveryId' in payload) return payload.deliveryId;
  return 'mailId' in payload ? payload.mailId : `${payload.customerId}:${payload.attempt}`;
}

export async function addJobs(db: Queryable, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return;
  await db.query(ADD, [
    jobs.map(({ name }) => name),
    jobs.map(({ payload }) => JSON.stringify(payload)),
    jobs.map(({ name, payload }) => `${name}:${subjectOf(payload)}`),
    jobs.map(({ payload }) => ('merchantId' in payload ? laneOf(payload) : null)),
    jobs.map(priorityOf),
  ]);
}

/** Calls at once to one merchant for quotes. */
const LANES = 2;

function laneOf({ quoteId, merchantId }: Jobs['fetch-quote']): string {
  return `quotes:${merchantId}:${Number.parseInt(quoteId.slice(-4), 16) % LANES}`;
}

const CAN_WAIT: readonly Job['name'][] = ['deliver-message', 'send-digest', 'fetch-calendar'];
const LATER = 10;

/** Smaller is sooner: a backlog of messages after an outage holds up no order, nor the announcement it waits for. */
const priorityOf = ({ name, urgent }: Job): number =>
  CAN_WAIT.includes(name) && urgent !== true ? LATER : 0;
