import type { VarbindValue } from '../../contracts/printer/snmprec.ts';
import { compareOids, isBelow, isOid } from './oid.ts';
import type { SnmpSession } from './session.ts';

/**
 * What one look at one printer may cost, all its subtrees together. The largest real printer seen answers
 * under 1,500 objects and 60 kB; an agent that offers more is cut off and told apart by the problem's code.
 */
export interface WalkBudget {
  objects: number;
  bytes: number;
  requests: number;
  /** By performance.now(). */
  deadlineMs: number;
}

export const walkBudget = (deadlineMs: number): WalkBudget => ({
  objects: 10_000,
  bytes: 2 << 20,
  requests: 2_000,
  deadlineMs,
});

export type WalkEnd =
  | 'complete'
  | 'oid-not-increasing'
  | 'too-many-objects'
  | 'too-many-bytes'
  | 'too-many-requests'
  | 'out-of-time'
  | 'silent'
  | 'refused'
  | 'garbled';

const BULK_COUNT = 20;
const BYTES_OF_A_NUMBER = 8;

const sizeOf = (oid: string, value: VarbindValue): number =>
  oid.length + (typeof value === 'number' ? BYTES_OF_A_NUMBER : value.length);

/** The budget that ran out, if one did. */
function exhausted(budget: WalkBudget): WalkEnd | null {
  if (budget.objects <= 0) return 'too-many-objects';
  if (budget.bytes <= 0) return 'too-many-bytes';
  if (budget.requests <= 0) return 'too-many-requests';
  return performance.now() > budget.deadlineMs ? 'out-of-time' : null;
}

/**
 * Reads everything below `root` into `found` and spends from `budget`. What was read before a problem stays.
 * An agent that stumbles over GetBulk (tooBig, or silence) is asked object by object.
 */
export async function walkSubtree(
  session: SnmpSession,
  root: string,
  found: Map<string, VarbindValue>,
  budget: WalkBudget,
): Promise<WalkEnd> {
  let last = root;
  let count = BULK_COUNT;
  for (;;) {
    const empty = exhausted(budget);
    if (empty !== null) return empty;
    budget.requests--;
    const answer = await session.following(last, count);
    if (!answer.ok) {
      // Version 1 ends a walk with noSuchName (RFC 1157 §4.1.3).
      if (answer.code === 'refused' && /NoSuchName/iu.test(answer.detail)) return 'complete';
      if (count === 1) return answer.code;
      count = 1;
      continue;
    }
    if (answer.pairs.length === 0) return 'garbled';
    for (const { oid, value } of answer.pairs) {
      if (value === undefined || !isBelow(oid, root)) return 'complete';
      if (!isOid(oid)) return 'garbled';
      if (compareOids(oid, last) <= 0) return 'oid-not-increasing';
      last = oid;
      found.set(oid, value);
      budget.objects--;
      budget.bytes -= sizeOf(oid, value);
      const full = exhausted(budget);
      if (full !== null) return full;
    }
  }
}
