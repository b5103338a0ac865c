import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from '../../platform/database.ts';
import { transact } from '../http/transaction.ts';

/** What the request made or changed; null: what its path and body name. */
export interface Made {
  readonly id: string | null;
  readonly customerId: string | null;
}

type Write = (db: PoolClient, made: Made) => Promise<void>;

/** By request, and not handed down: the functions that call it are also called without a request. */
const requests = new AsyncLocalStorage<Write>();

/** Lets everything that `handle` starts write the request's entry. */
export const withAudit = (write: Write, handle: () => void): void => requests.run(write, handle);

/**
 * Writes the entry of the request that is being answered into the audit log, in the transaction of `db`: there
 * is no change without its entry, and no entry without its change. To be called last, because it holds the
 * chain until the transaction ends; outside a request it does nothing.
 */
export async function auditWithin(db: PoolClient, made: Made): Promise<void> {
  await requests.getStore()?.(db, made);
}

/** One transaction of a request with its audit entry as the last statement. What was made names itself. */
export const transactAudited = <Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> =>
  transact(pool, async (client) => {
    const result = await work(client);
    await auditWithin(client, { id: textMember(result, 'id'), customerId: textMember(result, 'customerId') });
    return result;
  });

const MAX_ID_LENGTH = 100;

/** Ids are short; whatever a refused request has in their place is cut. */
export function textMember(holder: unknown, key: string): string | null {
  if (typeof holder !== 'object' || holder === null) return null;
  const value = (holder as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value.slice(0, MAX_ID_LENGTH) : null;
}
