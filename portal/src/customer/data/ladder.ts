import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ladderSchema } from '../../../../contracts/http/strategies.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { currentLanguage } from '../../i18n/i18n.ts';

export type Ladder = Wire<typeof ladderSchema>;

/** The strategies of a consumable, each with whether and why it can be had. */
export function useLadder(consumableId: string): UseQueryResult<Ladder> {
  return useQuery({
    queryKey: ['consumables', 'ladder', consumableId, currentLanguage()],
    queryFn: ({ signal }) => call<Ladder>('GET', `/v1/consumables/${consumableId}/ladder`, { signal }),
  });
}
