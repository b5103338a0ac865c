import type { z } from 'zod';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemCode, problemSchema } from '../../contracts/problem.ts';
import type { Access } from './access.ts';
import { statusText } from './problem.ts';

/** One route as people and programs read it: who may call it, what it takes and what it answers. */
interface OperationSpec {
  readonly access: Access;
  /** Its section of the reference. */
  readonly tag: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodType;
  readonly querystring?: z.ZodType;
  readonly headers?: z.ZodType;
  readonly body?: z.ZodType;
  /** Status to body of each success. */
  readonly response: Readonly<Record<number, z.ZodType>>;
  /** Media types of the successes; JSON unless said otherwise. */
  readonly produces?: readonly string[];
  /** Refusals of its own; those that every route can give are added. */
  readonly problems?: readonly ProblemCode[];
}

type Schemas = 'params' | 'querystring' | 'headers' | 'body' | 'response';

/** fastify's options of a route: its schemas, its documentation and its access, from one description. */
export function operation<const Spec extends OperationSpec>(
  spec: Spec,
): { config: { access: Access }; schema: Pick<Spec, Schemas & keyof Spec> } {
  const { access, tag, summary, description, problems = [], response, ...schemas } = spec;
  const security = SECURITY[access];
  const codes = [...usualProblems(spec), ...problems];
  const documented = {
    ...schemas,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security,
    'x-access': access,
    response: { ...problemResponses(codes), ...response },
  };
  return { config: { access }, schema: documented as unknown as Pick<Spec, Schemas & keyof Spec> };
}

const API_TOKEN = { apiToken: [] };
const SESSION = { session: [] };
/** What opens each access, as OpenAPI says it. */
const SECURITY: Readonly<Record<Access, readonly Readonly<Record<string, readonly string[]>>[]>> = {
  public: [],
  signature: [],
  'provisioning-token': [{ provisioningToken: [] }],
  session: [SESSION],
  person: [SESSION],
  'signed-in': [API_TOKEN, SESSION],
  viewer: [API_TOKEN, SESSION],
  member: [API_TOKEN, SESSION],
  owner: [API_TOKEN, SESSION],
  ops: [API_TOKEN, SESSION],
  admin: [API_TOKEN, SESSION],
  token: [API_TOKEN],
};

const SESSIONS: readonly ProblemCode[] = ['unauthenticated', 'forbidden', 'foreign-page'];
const PEOPLE: readonly ProblemCode[] = [...SESSIONS, 'second-factor-required'];
const MEMBERS: readonly ProblemCode[] = [...PEOPLE, 'not-found', 'customer-required'];
/** How each access refuses. */
const REFUSALS: Readonly<Record<Access, readonly ProblemCode[]>> = {
  public: ['foreign-page'],
  signature: [],
  'provisioning-token': [],
  session: SESSIONS,
  person: PEOPLE,
  'signed-in': PEOPLE,
  viewer: MEMBERS,
  member: MEMBERS,
  owner: MEMBERS,
  ops: PEOPLE,
  admin: PEOPLE,
  token: PEOPLE,
};

function usualProblems({ access, params, querystring, body }: OperationSpec): ProblemCode[] {
  const takesInput = params !== undefined || querystring !== undefined || body !== undefined;
  return [
    ...(takesInput ? (['invalid-request'] as const) : []),
    ...REFUSALS[access],
    ...(body === undefined ? [] : (['malformed-body', 'body-too-large', 'unsupported-media-type'] as const)),
    'too-many-requests',
    'internal',
    'unavailable',
  ];
}

function problemResponses(codes: readonly ProblemCode[]) {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: `${statusText(status)}: ${same.join(', ')}.`,
        content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } },
      },
    ]),
  );
}
