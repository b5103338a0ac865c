import type { PoolClient } from '../../platform/database.ts';
import { ApiProblem } from '../http/problem.ts';

/** An address of the customer that is in use, as mandates copy it; else a problem. */
export async function requireOwnAddress(
  client: PoolClient,
  customerId: string,
  addressId: string,
  field = 'addressId',
): Promise<Record<string, string>> {
  const { rows } = await client.query<{ address: Record<string, string> }>(
    `SELECT jsonb_strip_nulls(jsonb_build_object('recipient', recipient, 'street', street, 'postalCode', postal_code,
       'city', city, 'region', region, 'country', country)) AS address
     FROM address WHERE id = $2 AND customer_id = $1 AND removed_at IS NULL FOR KEY SHARE`,
    [customerId, addressId],
  );
  const [own] = rows;
  if (own === undefined) throw new ApiProblem('foreign-object', { field });
  return own.address;
}
