import type { Queryable } from '../../platform/order-store.ts';

/** People who act for this customer and for nobody else, and are no staff: their accounts go with it. */
const ACCOUNTS = `
  SELECT m.user_id AS id FROM member m JOIN auth_user u ON u.id = m.user_id
  WHERE m.customer_id = $1 AND u.role = 'customer'
    AND NOT EXISTS (SELECT FROM member o WHERE o.user_id = m.user_id AND o.customer_id <> $1)`;

export async function accountsOf(db: Queryable, customerId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(ACCOUNTS, [customerId]);
  return rows.map(({ id }) => id);
}
