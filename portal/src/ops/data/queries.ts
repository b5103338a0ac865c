import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call } from '../../api/http.ts';

type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * One read of the console. The key's first part is what the live stream calls such changes; what was shown
 * before stays while the next page or filter loads.
 */
export function useOps<Answer>(topic: string, path: string, query: Query = {}): UseQueryResult<Answer> {
  return useQuery({
    queryKey: [topic, 'ops', path, query],
    queryFn: ({ signal }) => call<Answer>('GET', path, { query, signal }),
    placeholderData: keepPreviousData,
  });
}
