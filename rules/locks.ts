import type { Queryable } from '../platform/order-store.ts';

/**
 * One customer's money is committed by one worker at a time, or two orders could each fit under a limit
 * that they break together. In the order of ids, so that workers cannot wait for each other in a circle.
 */
const CUSTOMERS = 'SELECT id FROM customer WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE';

/**
 * A withdrawal refers to its consent and so waits for this lock, or is waited for by it: an order is
 * either seen and cancelled by the withdrawal, or not made.
 */
const CONSENTS = 'SELECT id FROM consent WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE';

export async function lockCustomers(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(CUSTOMERS, [[...new Set(ids)]]);
}

export async function lockConsents(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(CONSENTS, [[...new Set(ids)]]);
}
