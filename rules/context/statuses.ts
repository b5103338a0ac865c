import { COMMITTED_STATUSES, OPEN_STATUSES } from '../../core/order-lifecycle.ts';
import type { OrderStatus } from '../../core/types.ts';

/** Literals, so that the planner sees that a partial index covers them; from core's lists, not from input. */
const literals = (statuses: readonly OrderStatus[]): string =>
  `(${statuses.map((status) => `'${status}'`).join(', ')})`;

export const OPEN = literals(OPEN_STATUSES);
export const COMMITTED = literals(COMMITTED_STATUSES);
