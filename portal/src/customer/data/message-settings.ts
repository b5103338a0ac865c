import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  messageSettingsPatchSchema,
  messageSettingsSchema,
} from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { useCustomer } from '../current-customer.tsx';

export type MessageSettings = Wire<typeof messageSettingsSchema>;
type Patch = z.input<typeof messageSettingsPatchSchema>;

function useSettingsPath(): { path: string; queryKey: readonly string[] } {
  const { id } = useCustomer().customer;
  return { path: `/v1/customers/${id}/message-settings`, queryKey: ['messages', 'settings', id] };
}

/** What the customer wants to hear of, how, and when. */
export function useMessageSettings(): UseQueryResult<MessageSettings> {
  const { path, queryKey } = useSettingsPath();
  return useQuery({ queryKey, queryFn: ({ signal }) => call<MessageSettings>('GET', path, { signal }) });
}

/** Changes some of it: a switch moves at once, and back when it is refused. */
export function useChangeMessageSettings(): UseMutationResult<MessageSettings, Error, Patch> {
  const { path, queryKey } = useSettingsPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body) => call<MessageSettings>('PATCH', path, { body }),
    onMutate: async ({ kinds = [] }) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<MessageSettings>(queryKey);
      if (before !== undefined) client.setQueryData(queryKey, withKinds(before, kinds));
      return { before };
    },
    onError: (_error, _patch, context) => {
      if (context !== undefined) client.setQueryData(queryKey, (context as { before: unknown }).before);
    },
    onSuccess: (saved) => client.setQueryData(queryKey, saved),
  });
}

const withKinds = (settings: MessageSettings, changes: NonNullable<Patch['kinds']>): MessageSettings => ({
  ...settings,
  kinds: settings.kinds.map((one) => {
    const own = changes.filter(({ kind }) => kind === one.kind);
    const channels = Object.fromEntries(own.map(({ channel, enabled }) => [channel, enabled]));
    return { ...one, channels: { ...one.channels, ...channels } };
  }),
});
