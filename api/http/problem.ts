import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  PROBLEM_MEDIA_TYPE,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  problemType,
} from '../../contracts/problem.ts';
import { PROBLEMS_IN_GERMAN } from '../../contracts/problem-de.ts';
import type { Language } from '../../core/phrases/phrase.ts';
import { readerLanguage } from './language.ts';

/** Names in braces of a template. */
type NamesIn<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
type Values<Code extends ProblemCode> = Readonly<
  Record<NamesIn<(typeof PROBLEMS)[Code]['detail']>, string | number>
>;
type FieldErrors = NonNullable<Problem['errors']>;

/** An answer that is not a success. Thrown in a handler, sent as a problem document. */
export class ApiProblem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'ApiProblem';
  readonly code: Code;
  readonly errors: FieldErrors | undefined;
  readonly #values: Readonly<Record<string, string | number>>;

  constructor(code: Code, values: Values<Code>, errors?: FieldErrors) {
    super(fill(PROBLEMS[code].detail, values));
    this.code = code;
    this.errors = errors;
    this.#values = values;
  }

  /** Title and detail as their reader understands them. */
  textIn(language: Language): { title: string; detail: string } {
    const { title, detail } = language === 'de' ? PROBLEMS_IN_GERMAN[this.code] : PROBLEMS[this.code];
    return { title, detail: fill(detail, this.#values) };
  }
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_match, name: string) => String(values[name] ?? ''));
}

/** The same as `throw`, for use in an expression: `row ?? notFound('order', id)`. */
export function notFound(what: string, id: string): never {
  throw new ApiProblem('not-found', { what, id });
}

function problemBody(problem: ApiProblem, language: Language, requestId: string): Problem {
  const { status } = PROBLEMS[problem.code];
  const { title, detail } = problem.textIn(language);
  return {
    type: problemType(problem.code),
    title,
    status,
    detail,
    code: problem.code,
    requestId,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
}

export function sendProblem(reply: FastifyReply, request: FastifyRequest, problem: ApiProblem): FastifyReply {
  const body = problemBody(problem, readerLanguage(request, reply), request.id);
  if (body.status === 401) reply.header('www-authenticate', 'Bearer');
  if (body.status === 503) reply.header('retry-after', '5');
  // As text: an answer about a failure must not fail in a serializer.
  return reply.code(body.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(body));
}

/** Sentence for the description of a status in the OpenAPI document. */
export const statusText = (status: number): string => STATUS_CODES[status] ?? String(status);
