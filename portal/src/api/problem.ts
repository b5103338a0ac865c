import type { Problem } from '../../../contracts/problem.ts';

/** An answer that is not a success (RFC 9457), or none at all: then `code` is `offline`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: string;
  readonly status: number;
  readonly problem: Problem | null;

  constructor(problem: Problem | null, status: number) {
    super(problem?.detail ?? 'No answer.');
    this.problem = problem;
    this.status = status;
    this.code = problem?.code ?? 'offline';
  }

  /** What is wrong with one member of the body, by its name. */
  fieldError(name: string): string | undefined {
    return this.problem?.errors?.find(({ pointer }) => pointer.endsWith(`/${name}`))?.detail;
  }
}

export const isProblem = (error: unknown, code: string): boolean =>
  error instanceof ProblemError && error.code === code;
