import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { consumablePatchSchema } from '../../../../contracts/http/consumables.ts';
import { call } from '../../api/http.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import type { Consumable } from '../data/consumables.ts';

type Patch = z.input<typeof consumablePatchSchema>;

/** Changes strategy or product: shown at once, taken back when it is refused. */
export function useChangeConsumable(id: string): UseMutationResult<Consumable, Error, Patch> {
  const client = useQueryClient();
  const queryKey = ['consumables', 'one', id, currentLanguage()];
  return useMutation({
    mutationFn: (body) => call<Consumable>('PATCH', `/v1/consumables/${id}`, { body }),
    onMutate: async ({ strategy }) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<Consumable>(queryKey);
      if (before !== undefined && strategy !== undefined) {
        client.setQueryData(queryKey, { ...before, strategy });
      }
      return { before };
    },
    onError: (_error, _patch, context) => {
      if (context !== undefined) client.setQueryData(queryKey, (context as { before: unknown }).before);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['consumables'] }),
  });
}
