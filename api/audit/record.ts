import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { appendAudit } from '../../platform/audit/append.ts';
import type { AuditRecord } from '../../platform/audit/entry.ts';
import type { PoolClient } from '../../platform/database.ts';
import { SAFE_METHODS } from '../http/access.ts';
import type { ApiDeps } from '../http/deps.ts';
import { OWNED, type OwnerLookup, ownerLookup } from '../http/ownership.ts';
import { transact } from '../http/transaction.ts';
import { type Made, textMember, withAudit } from './within.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that only reads, and is to be in the audit log all the same. */
    audited?: true;
  }
  interface FastifyRequest {
    /** What the answer says about the object: its id and its customer. */
    answered: { readonly id: string | null; readonly customerId: string | null } | null;
    isAudited: boolean;
  }
}

/**
 * Puts every request that can change something into the audit log: all that succeed, and the refused ones
 * of callers who are known. Refused strangers are left out, or anybody could fill the log.
 *
 * What people decide writes the entry in its own transaction (within.ts). For the rest it is written after the
 * work is committed and before the answer is sent: no caller is ever told of a success that is not in the log;
 * a process that dies between the two, or a database that does, leaves a change without an entry.
 *
 * Registered for all routes before any of them, and knows no bodies: of what is answered it keeps two ids.
 */
export function auditRequests(app: FastifyInstance, { database, clock }: ApiDeps): void {
  const findOwner = ownerLookup(database);
  app.decorateRequest('answered', null);
  app.decorateRequest('isAudited', false);
  app.addHook('preHandler', (request, _reply, done) => {
    const write = async (db: PoolClient, made: Made): Promise<void> => {
      const outcome = successOf(request);
      const customerId =
        made.customerId ?? (await customerOf(request, outcome, made.id, ownerLookup({ pool: db })));
      await appendAudit(db, [entryOf(request, clock.now(), { outcome, id: made.id, customerId })]);
      // Should the transaction fail after all, so does the request.
      request.isAudited = true;
    };
    withAudit(write, done);
  });
  app.addHook('preSerialization', (request, _reply, payload, done) => {
    request.answered = { id: textMember(payload, 'id'), customerId: textMember(payload, 'customerId') };
    done(null, payload);
  });
  app.addHook('onSend', async (request, reply) => {
    if (!isForTheLog(request, reply)) return;
    // Should the log fail, its problem is sent through here again.
    request.isAudited = true;
    const outcome = reply.statusCode;
    const id = request.answered?.id ?? null;
    const made = { outcome, id, customerId: await customerOf(request, outcome, id, findOwner) };
    try {
      await transact(database.pool, (db) => appendAudit(db, [entryOf(request, clock.now(), made)]));
    } catch (error) {
      if (outcome < 400) throw error;
      // A refusal changed nothing, and is told as it is; its answer has no second error handler to go through.
      request.log.error({ err: error }, 'a refused request is missing in the audit log');
    }
  });
}

function entryOf(
  request: FastifyRequest,
  at: number,
  { outcome, id, customerId }: Made & { readonly outcome: number },
): AuditRecord {
  const object = objectOf(request, outcome, id);
  return {
    at,
    ...actorOf(request),
    operation: `${request.method} ${operationPath(request)}`,
    objectKind: object.kind,
    objectId: object.id,
    customerId,
    requestId: request.id,
    originAddress: request.ip,
    outcome: String(outcome),
  };
}

/** The one success that the route's schema has. */
function successOf({ routeOptions: { schema } }: FastifyRequest): number {
  const statuses = Object.keys((schema?.response ?? {}) as object);
  return Number(statuses.find((status) => status.startsWith('2')) ?? 200);
}

function isForTheLog(request: FastifyRequest, { statusCode }: FastifyReply): boolean {
  const { config, url } = request.routeOptions;
  if (request.isAudited || url === undefined || statusCode >= 500) return false;
  if (SAFE_METHODS.has(request.method) && config.audited !== true) return false;
  // Without a caller it was turned away before anybody asked who it is.
  if (request.caller === undefined) return false;
  return statusCode < 400 || request.caller.kind !== 'nobody';
}

/** Whose log it belongs to as well. */
async function customerOf(
  request: FastifyRequest,
  outcome: number,
  made: string | null,
  findOwner: OwnerLookup,
): Promise<string | null> {
  const named = customerNamed(request);
  if (named !== null) return named;
  const { id, parameter } = objectOf(request, outcome, made);
  const owned = Object.entries(OWNED).find(([key]) => key === parameter)?.[1];
  return owned === undefined || id === null ? null : await findOwner(owned, id);
}

/** As the API's document writes it. */
const operationPath = ({ routeOptions: { url = '' } }: FastifyRequest): string =>
  url.replace(/:(\w+)/g, '{$1}');

function actorOf({
  caller,
  routeOptions,
  params,
}: FastifyRequest): Pick<AuditRecord, 'actorKind' | 'actorId'> {
  if (caller.kind === 'person') return { actorKind: 'user', actorId: caller.userId };
  if (caller.kind === 'machine') return { actorKind: 'api-token', actorId: null };
  const { access } = routeOptions.config;
  if (access === 'signature') return { actorKind: 'merchant', actorId: textMember(params, 'merchantId') };
  return { actorKind: access === 'provisioning-token' ? access : 'nobody', actorId: null };
}

interface AuditedObject {
  readonly kind: string | null;
  readonly id: string | null;
  /** The parameter that names it. */
  readonly parameter: string | null;
}

/** What was made, by the last word of the path; or else what the path names last. */
function objectOf(request: FastifyRequest, statusCode: number, made: string | null): AuditedObject {
  const path = request.routeOptions.url ?? '';
  const [, word] = /\/([a-z-]+?)s?$/.exec(path) ?? [];
  if (statusCode === 201 && made !== null && word !== undefined) {
    return { kind: word, id: made, parameter: null };
  }
  const [, name] = /.*:(\w+)Id\b/.exec(path) ?? [];
  if (name === undefined) return { kind: null, id: null, parameter: null };
  const kind = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const id = textMember(request.params, `${name}Id`);
  // Whatever a refused request has in the place of an id could never be erased again: the hash covers it.
  const isKept = statusCode < 400 || (id !== null && UUID.test(id));
  return { kind, id: isKept ? id : null, parameter: `${name}Id` };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By the path, the answer or the body; refused requests may name what does not exist, or no UUID. */
function customerNamed({ params, answered, body, routeOptions }: FastifyRequest): string | null {
  const isNew = routeOptions.url === '/v1/customers' ? (answered?.id ?? null) : null;
  const named =
    textMember(params, 'customerId') ?? answered?.customerId ?? textMember(body, 'customerId') ?? isNew;
  return named !== null && UUID.test(named) ? named : null;
}
