import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { addressesSchema, addressSchema } from '../../../../contracts/http/addresses.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { useCustomer } from '../current-customer.tsx';

export type Address = Wire<typeof addressSchema>;

/** Places where the household's devices stand. */
export function useAddresses(): UseQueryResult<readonly Address[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['addresses', customerId],
    queryFn: async ({ signal }) =>
      (await call<Wire<typeof addressesSchema>>('GET', `/v1/customers/${customerId}/addresses`, { signal }))
        .items,
  });
}
