import type { Decision } from '../../core/types.ts';

/**
 * What makes a decision a different one: its outcome and which gates stood in the way. Dates and
 * percentages move with every reading and would fill the ledger with the same word over and over.
 */
export function digestOf({ outcome, gates }: Decision): string {
  const refusals = gates.filter(({ pass }) => !pass).map(({ gate }) => gate);
  return [outcome, ...refusals].join(' ');
}
