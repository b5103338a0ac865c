import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { calendarFeedSchema } from '../../../../contracts/http/calendar-feeds.ts';
import type { holdSchema } from '../../../../contracts/http/holds.ts';
import type { holdEffectSchema } from '../../../../contracts/http/views.ts';
import { allPages } from '../../api/all-pages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { useCustomer } from '../current-customer.tsx';

export type Hold = Wire<typeof holdSchema>;
export type CalendarFeed = Wire<typeof calendarFeedSchema>;
export type HoldEffect = Wire<typeof holdEffectSchema>;

/** Holds in force, past ones among them. */
export function useHolds(): UseQueryResult<readonly Hold[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['holds', 'list', customerId],
    queryFn: ({ signal }) => allPages<Hold>('/v1/holds', { customerId, cancelled: false }, signal),
  });
}

export function useCalendarFeeds(): UseQueryResult<readonly CalendarFeed[]> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['holds', 'feeds', customerId],
    queryFn: async ({ signal }) =>
      (
        await call<{ items: readonly CalendarFeed[] }>('GET', `/v1/customers/${customerId}/calendars`, {
          signal,
        })
      ).items,
  });
}

interface Span {
  readonly startsOn: string;
  readonly endsOn: string | null;
  readonly deviceId: string | null;
  readonly addressId: string | null;
}

/** What holding these dates would do; nothing is asked while no first day is chosen. */
export function useHoldEffect(span: Span | null): UseQueryResult<HoldEffect> {
  const customerId = useCustomer().customer.id;
  return useQuery({
    queryKey: ['holds', 'effect', customerId, span],
    enabled: span !== null,
    queryFn: ({ signal }) =>
      call<HoldEffect>('GET', `/v1/customers/${customerId}/hold-effect`, { query: { ...span }, signal }),
  });
}
