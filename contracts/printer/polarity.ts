/**
 * RFC 3805 has a receptacle count the space left; many printers count what is in it. Nothing in one reading
 * tells which, but a series does: between emptyings a box only ever gets fuller.
 */
export type Counting = 'space-left' | 'filled' | 'undecided';

/** Steps in one direction that are needed, and how far they must outnumber the other direction's. */
const MIN_STEPS = 3;
const MIN_RATIO = 3;

/**
 * What the levels of a receptacle count, from their trend. An emptying is one big step against many small
 * ones, so the number of steps decides and their size does not.
 * @param levels fractions 0..1 in order of time, as decoded on the assumption of space left
 */
export function inferCounting(levels: readonly number[]): Counting {
  let up = 0;
  let down = 0;
  for (let i = 1; i < levels.length; i++) {
    const change = (levels[i] ?? 0) - (levels[i - 1] ?? 0);
    if (change > 0) up++;
    if (change < 0) down++;
  }
  if (down >= MIN_STEPS && down >= up * MIN_RATIO) return 'space-left';
  if (up >= MIN_STEPS && up >= down * MIN_RATIO) return 'filled';
  return 'undecided';
}
