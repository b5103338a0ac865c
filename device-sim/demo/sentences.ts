import { DAY_MS, type Instant } from '../../core/types.ts';
import type { Database } from '../../platform/database.ts';

/** A decision as the platform told it to the customer. */
export interface ToldDecision {
  readonly day: number;
  readonly customer: string;
  readonly outcome: string;
  readonly sentence: string;
}

/** What is worth reading first; two orders, because they differ by strategy. */
const WANTED = ['order', 'defer', 'blocked', 'ask', 'order'] as const;

const QUERY = `
  SELECT m.name AS customer, x.outcome, x.sentence, x.at, c.strategy::text AS strategy
  FROM decision x JOIN consumable c ON c.id = x.consumable_id JOIN customer m ON m.id = c.customer_id
  JOIN device d ON d.id = c.device_id
  WHERE x.outcome = $1 AND x.stage = 'evaluation'
  ORDER BY x.at, d.name, c.key, x.sentence LIMIT 200`;

interface Row extends Omit<ToldDecision, 'day'> {
  readonly at: Date;
  readonly strategy: string;
}

/** A few decisions of different kinds, the same ones for the same seed. */
export async function readSentences(pool: Database['pool'], start: Instant): Promise<ToldDecision[]> {
  const told: ToldDecision[] = [];
  const seen = new Set<string>();
  for (const outcome of WANTED) {
    const { rows } = await pool.query<Row>(QUERY, [outcome]);
    // From the middle of the run: by then the platform has learned something.
    const from = Math.floor(rows.length / 2);
    const row = [...rows.slice(from), ...rows.slice(0, from)].find(
      (candidate) => !seen.has(`${candidate.outcome} ${candidate.strategy}`),
    );
    if (row === undefined) continue;
    seen.add(`${row.outcome} ${row.strategy}`);
    const day = Math.floor((row.at.getTime() - start) / DAY_MS) + 1;
    told.push({ day, customer: row.customer, outcome: row.outcome, sentence: row.sentence });
  }
  return told;
}
