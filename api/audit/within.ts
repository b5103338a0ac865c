import { AsyncLocalStorage } from 'node:async_hooks';
import type { PoolClient } from '../../platform/database.ts';

/** What the request made or changed. */
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
