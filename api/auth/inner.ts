import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../platform/database.ts';
import { ApiProblem } from '../http/problem.ts';
import { ADDRESS_HEADER, AUTH_PATH, type Auth } from './better-auth.ts';
import type { MemberRole, Person, UserRole } from './caller.ts';

/** better-auth behind our own routes: what it sets as cookies reaches the browser, what it refuses is a problem. */
export interface InnerAuth {
  readonly call: (request: FastifyRequest, reply: FastifyReply, inner: InnerCall) => Promise<unknown>;
  readonly findPerson: (request: FastifyRequest) => Promise<Person | null>;
}

interface InnerCall {
  readonly method: 'GET' | 'POST';
  /** Below its own base path. */
  readonly path: string;
  readonly body?: object;
}

/** Headers that it needs; no other reaches it. */
const PASSED_ON = ['cookie', 'origin', 'user-agent'] as const;

const MEMBERSHIPS = 'SELECT customer_id AS "customerId", role FROM member WHERE user_id = $1';

export function innerAuth(auth: Auth, { pool }: Database, publicUrl: string): InnerAuth {
  const call: InnerAuth['call'] = async (request, reply, { method, path, body }) => {
    const init: RequestInit = { method, headers: headersFor(request, body) };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await auth.handler(new Request(`${publicUrl}${AUTH_PATH}${path}`, init));
    const text = await response.text();
    const answer: unknown = text === '' ? null : JSON.parse(text);
    if (!response.ok) throw refusal(response.status, answer);
    passCookies(response.headers, reply);
    return answer;
  };
  const findPerson: InnerAuth['findPerson'] = async (request) => {
    const found = await auth.api.getSession({ headers: headersFor(request, undefined) });
    if (found === null || found.user.disabledAt != null) return null;
    const { user, session } = found;
    const { rows } = await pool.query<{ customerId: string; role: MemberRole }>(MEMBERSHIPS, [user.id]);
    return {
      kind: 'person',
      userId: user.id,
      sessionId: session.id,
      email: user.email,
      name: user.name,
      role: user.role as UserRole,
      secondFactor: session.secondFactor === true,
      memberships: new Map(rows.map(({ customerId, role }) => [customerId, role])),
    };
  };
  return { call, findPerson };
}

function headersFor(request: FastifyRequest, body: object | undefined): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: request.ip });
  for (const name of PASSED_ON) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  if (body !== undefined) headers.set('content-type', 'application/json');
  return headers;
}

function passCookies(headers: Headers, reply: FastifyReply): void {
  for (const cookie of headers.getSetCookie()) reply.header('set-cookie', cookie);
}

function refusal(status: number, answer: unknown): Error {
  const said = (answer as { message?: unknown } | null)?.message;
  const reason = typeof said === 'string' && said !== '' ? said : 'The request was refused.';
  if (status === 429) return new ApiProblem('too-many-requests', {});
  if (status === 401 || status === 403) return new ApiProblem('sign-in-failed', { reason });
  if (status < 500) return new ApiProblem('auth-refused', { reason });
  return new Error(`better-auth answered ${status}`);
}
