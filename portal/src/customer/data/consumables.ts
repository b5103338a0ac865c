import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { consumableSchema } from '../../../../contracts/http/consumables.ts';
import { allPages } from '../../api/all-pages.ts';
import type { Wire } from '../../api/wire.ts';
import { useCustomer } from '../current-customer.tsx';

export type Consumable = Wire<typeof consumableSchema>;

/** Every consumable of the customer. */
export function useConsumables(): UseQueryResult<readonly Consumable[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['consumables', customerId],
    queryFn: ({ signal }) => allPages<Consumable>('/v1/consumables', { customerId }, signal),
  });
}
