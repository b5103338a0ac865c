import { createHash } from 'node:crypto';

/** A statement with a name: each connection parses it once, and after a few runs plans it once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * For large statements that run all the time, whose planning takes longer than their running. Not for those
 * whose good plan depends on the parameters (optional filters): after five runs PostgreSQL may settle on one.
 * The name is made from the text, so that two versions of it never share a plan.
 */
export function prepared(text: string): Statement {
  return { name: createHash('sha256').update(text).digest('hex').slice(0, 32), text };
}
