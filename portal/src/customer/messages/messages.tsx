import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { messagesPage } from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';
import css from '../privacy/privacy.module.css';
import { MoveOffer } from './move-offer.tsx';
import { Preferences } from './preferences.tsx';
import { Push } from './push.tsx';

type Messages = Wire<typeof messagesPage>;

/** What the customer was told, and how they want to be told. */
export function MessagesPage() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const base = `/v1/customers/${customer.id}/messages`;
  const messages = useQuery({
    queryKey: ['messages', 'list', customer.id, currentLanguage()],
    queryFn: ({ signal }) => call<Messages>('GET', base, { query: { limit: 50 }, signal }),
  });
  if (messages.isPending) return <Loading />;
  if (messages.isError) return <Failure error={messages.error} retry={() => void messages.refetch()} />;
  const { items, unread } = messages.data;
  return (
    <Page title={t('messages.title')} aside={unread > 0 ? <ReadAll base={base} /> : null}>
      {items.length === 0 ? (
        <Empty icon={<IconBell />} title={t('messages.emptyTitle')} text={t('messages.emptyText')} />
      ) : (
        <Card>
          <ul className={css['list']}>
            {items.map((message) => (
              <MessageItem key={message.id} message={message} />
            ))}
          </ul>
        </Card>
      )}
      <Push />
      <Preferences />
    </Page>
  );
}

function ReadAll({ base }: { readonly base: string }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const client = useQueryClient();
  const readAll = useMutation({
    mutationFn: () => call('POST', `${base}/read-all`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['messages'] }),
  });
  if (!may) return null;
  return (
    <Button variant="default" size="sm" loading={readAll.isPending} onClick={() => readAll.mutate()}>
      {t('messages.markAll')}
    </Button>
  );
}

function MessageItem({ message }: { readonly message: Messages['items'][number] }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const { subject, paragraphs, facts, createdAt, readAt, orderId, kind } = message;
  return (
    <li className={css['item']}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={readAt === null ? 640 : 520}>{subject}</Text>
        {readAt === null ? (
          <Badge variant="light" tt="none" miw="fit-content">
            {t('messages.unread')}
          </Badge>
        ) : null}
      </Group>
      <Text size="sm" c="dimmed">
        {format.moment(createdAt)}
      </Text>
      <details className={css['details']}>
        <summary>{t('privacy.showText')}</summary>
        <Stack gap="xs">
          {paragraphs.map((paragraph) => (
            <Text key={paragraph} size="sm">
              {paragraph}
            </Text>
          ))}
          {facts.map(({ label, value }) => (
            <Text key={label} size="sm">
              <b>{label}:</b> {value}
            </Text>
          ))}
        </Stack>
      </details>
      {orderId === null ? null : (
        <Anchor component={Link} to={`/orders/${orderId}`} size="sm">
          {t('messages.order')}
        </Anchor>
      )}
      {kind === 'move-offer' && orderId !== null ? <MoveOffer orderId={orderId} /> : null}
    </li>
  );
}
