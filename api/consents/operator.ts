import { type Operator, operatorSchema } from '../../contracts/http/receipts.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { ApiProblem } from '../http/problem.ts';

const KEY = 'operator';

/** Who operates this installation; null until an admin has said so. */
export async function readOperator(db: Queryable): Promise<Operator | null> {
  const { rows } = await db.query<{ value: unknown }>('SELECT value FROM setting WHERE key = $1', [KEY]);
  return rows[0] === undefined ? null : operatorSchema.parse(rows[0].value);
}

/** A receipt that names nobody is none: refused until the operator is named. */
export async function requireOperator(db: Queryable): Promise<Operator> {
  const operator = await readOperator(db);
  if (operator === null) throw new ApiProblem('operator-unnamed', {});
  return operator;
}

export async function writeOperator(db: Queryable, operator: Operator, now: number): Promise<Operator> {
  await db.query(
    `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at`,
    [KEY, JSON.stringify(operator), new Date(now)],
  );
  return operator;
}
