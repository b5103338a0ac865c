import type { FastifyError, FastifyInstance } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ApiProblem, sendProblem } from './problem.ts';

/** Every error of a request becomes a problem document here, and nowhere else. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = toProblem(error, app.initialConfig.bodyLimit ?? 0);
    if (problem.code === 'internal') request.log.error({ err: error }, 'a request failed');
    else if (problem.code === 'unavailable') request.log.warn({ err: error }, 'the database is away');
    return sendProblem(reply, request, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    return sendProblem(reply, request, new ApiProblem('no-such-route', { method: request.method, path }));
  });
}

/** fastify's names of the parts of a request, as the problem document spells them. */
const PARTS: Readonly<Record<string, string>> = {
  querystring: 'query',
  params: 'params',
  headers: 'headers',
};

function toProblem(error: FastifyError, bodyLimit: number): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      pointer: `#/${PARTS[error.validationContext ?? 'body'] ?? 'body'}${instancePath === '/' ? '' : instancePath}`,
      detail: message ?? 'not valid',
    }));
    return new ApiProblem('invalid-request', {}, errors);
  }
  return ofFastify(error, bodyLimit) ?? ofDatabase(error) ?? new ApiProblem('internal', {});
}

function ofFastify(error: FastifyError, bodyLimit: number): ApiProblem | undefined {
  if (error.statusCode === undefined || error.statusCode >= 500) return undefined;
  if (error.statusCode === 413) return new ApiProblem('body-too-large', { limit: bodyLimit });
  if (error.statusCode === 415) return new ApiProblem('unsupported-media-type', {});
  if (error.statusCode === 429) return new ApiProblem('too-many-requests', {});
  return new ApiProblem('malformed-body', { reason: 'The request cannot be read as JSON.' });
}

/** What PostgreSQL's driver tells of a broken rule, straight or through Prisma's adapter. */
interface DatabaseFault {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly meta?: {
    readonly modelName?: string;
    readonly driverAdapterError?: { readonly cause?: AdapterCause };
  };
}
interface AdapterCause {
  readonly kind?: string;
  readonly originalCode?: string;
  readonly constraint?: { readonly index?: string };
}

/** Class 08: connection; 57P: shutdown; 53300: no connection left (PostgreSQL appendix A). */
const UNREACHABLE =
  /^(08...|57P0.|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|P1001|P1002|P1008|P1017|P2024)$/;

function ofDatabase(error: DatabaseFault & Error): ApiProblem | undefined {
  const cause = error.meta?.driverAdapterError?.cause;
  const code = cause?.originalCode ?? String(error.code ?? '');
  if (
    UNREACHABLE.test(code) ||
    /Connection terminated|DatabaseNotReachable/.test(`${error.message}${cause?.kind}`)
  ) {
    return new ApiProblem('unavailable', {});
  }
  if (code === '23505' || code === 'P2002') {
    return new ApiProblem('already-exists', { fields: fieldsOf(error, cause).join(', ') });
  }
  if (code === '23503' || code === 'P2003') {
    return new ApiProblem('unknown-reference', { field: fieldsOf(error, cause).join(', ') });
  }
  return undefined;
}

/**
 * Columns of the broken rule as the API spells them. PostgreSQL lists them in its detail; Prisma tells the
 * rule's name, which is table, columns and kind.
 */
function fieldsOf(error: DatabaseFault, cause: AdapterCause | undefined): string[] {
  const listed = /^Key \(([^)]+)\)=/.exec(String(error.detail ?? ''))?.[1]?.split(', ');
  const table = toSnakeCase(error.meta?.modelName ?? '');
  const rule = /^(\w+)_f?key$/.exec(cause?.constraint?.index ?? '')?.[1]?.replace(`${table}_`, '');
  const columns = listed ?? [rule ?? 'values'];
  return columns.map((column) =>
    column.replaceAll('"', '').replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
  );
}

const toSnakeCase = (name: string): string =>
  name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
