import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { orderSchema, orderWithHistorySchema } from '../../../../contracts/http/orders.ts';
import type { monthSpendSchema } from '../../../../contracts/http/views.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { useCustomer } from '../current-customer.tsx';

export type Order = Wire<typeof orderSchema>;
export type OrderWithHistory = Wire<typeof orderWithHistorySchema>;
export type MonthSpend = Wire<typeof monthSpendSchema>;
type Status = Order['status'];

const OPEN = ['proposed', 'announced', 'placing', 'accepted', 'shipped'] as const satisfies readonly Status[];
export type OpenStatus = (typeof OPEN)[number];
export const isOpen = ({ status }: { readonly status: Status }): boolean =>
  OPEN.some((open) => open === status);

/** The newest orders of the customer; older ones are in the export. */
export function useOrders(): UseQueryResult<readonly Order[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['orders', 'list', customerId, currentLanguage()],
    queryFn: async ({ signal }) => {
      const query = { customerId, limit: 100 };
      return (await call<{ items: readonly Order[] }>('GET', '/v1/orders', { query, signal })).items;
    },
  });
}

export function useOrder(id: string): UseQueryResult<OrderWithHistory> {
  return useQuery({
    queryKey: ['orders', 'one', id, currentLanguage()],
    queryFn: ({ signal }) => call<OrderWithHistory>('GET', `/v1/orders/${id}`, { signal }),
  });
}

export function useMonthSpend(): UseQueryResult<MonthSpend> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['orders', 'spend', customerId],
    queryFn: ({ signal }) => call<MonthSpend>('GET', `/v1/customers/${customerId}/month-spend`, { signal }),
  });
}
