import { Switch, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type {
  messageSettingsPatchSchema,
  messageSettingsSchema,
} from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useCustomer, useMay } from '../current-customer.tsx';

type Settings = Wire<typeof messageSettingsSchema>;
const CHANNELS = ['e-mail', 'web-push'] as const;

/** Which kinds of messages go out how. What announces a purchase, or what the law asks for, always goes by mail. */
export function Preferences() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const may = useMay('member');
  const client = useQueryClient();
  const path = `/v1/customers/${customer.id}/message-settings`;
  const queryKey = ['messages', 'settings', customer.id];
  const settings = useQuery({ queryKey, queryFn: ({ signal }) => call<Settings>('GET', path, { signal }) });
  const change = useMutation({
    mutationFn: (body: z.input<typeof messageSettingsPatchSchema>) => call<Settings>('PATCH', path, { body }),
    onSuccess: (saved) => client.setQueryData(queryKey, saved),
  });
  if (settings.data === undefined) return null;
  return (
    <Card title={t('messages.preferences')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('messages.kind')}</Table.Th>
            {CHANNELS.map((channel) => (
              <Table.Th key={channel}>{t(`messages.channel.${channel}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {settings.data.kinds.map(({ kind, mandatory, channels }) => {
            const name = t(`messages.kinds.${kind as 'announcement'}`);
            return (
              <Table.Tr key={kind}>
                <Table.Td>
                  {name}
                  {mandatory === null ? null : (
                    <Text size="xs" c="dimmed">
                      {t('messages.mandatory')}
                    </Text>
                  )}
                </Table.Td>
                {CHANNELS.map((channel) => (
                  <Table.Td key={channel}>
                    <Switch
                      aria-label={`${name}: ${t(`messages.channel.${channel}`)}`}
                      checked={(channels as Readonly<Record<string, boolean>>)[channel] ?? false}
                      disabled={!may || (mandatory !== null && channel === 'e-mail')}
                      onChange={(event) =>
                        change.mutate({ kinds: [{ kind, channel, enabled: event.currentTarget.checked }] })
                      }
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      <ProblemNote error={change.error} />
    </Card>
  );
}
