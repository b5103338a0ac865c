import { Switch, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import { useChangeMessageSettings, useMessageSettings } from '../data/message-settings.ts';

const CHANNELS = ['e-mail', 'web-push'] as const;

/** Which kinds of messages go out how. What announces a purchase, or what the law asks for, always goes by mail. */
export function Preferences() {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const settings = useMessageSettings();
  const change = useChangeMessageSettings();
  if (settings.data === undefined) return null;
  return (
    <Card title={t('messages.kinds_title')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th pl={0}>{t('messages.kind')}</Table.Th>
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
                <Table.Td pl={0}>
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
