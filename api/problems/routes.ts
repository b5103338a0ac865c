import { z } from 'zod';
import { PROBLEM_CODES, PROBLEMS, problemKindSchema, problemType } from '../../contracts/problem.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

const kinds = PROBLEM_CODES.map((code) => ({ type: problemType(code), code, ...PROBLEMS[code] }));

/** The addresses that `type` of a problem document names. */
export function registerProblems(app: Api): void {
  app.get(
    '/problems',
    operation({
      access: 'public',
      tag: 'Operations',
      summary: 'List the kinds of problems',
      response: { 200: z.object({ items: z.array(problemKindSchema) }) },
    }),
    () => ({ items: kinds }),
  );
  app.get(
    '/problems/:code',
    operation({
      access: 'public',
      tag: 'Operations',
      summary: 'Explain a kind of problem',
      params: z.object({ code: z.string().max(64) }),
      response: { 200: problemKindSchema },
      problems: ['not-found'],
    }),
    ({ params }) => kinds.find(({ code }) => code === params.code) ?? notFound('problem', params.code),
  );
}
