import { Button } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { messagesPage } from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { useCustomer, useMay } from '../current-customer.tsx';
import css from '../privacy/privacy.module.css';
import { MessageItem } from './message-item.tsx';
import { MessagesTabs } from './messages-tabs.tsx';

type Messages = Wire<typeof messagesPage>;

/** What the customer was told. */
export function MessagesPage() {
  const { t } = useTranslation(['customer', 'common']);
  const { customer } = useCustomer();
  const base = `/v1/customers/${customer.id}/messages`;
  const messages = useInfiniteQuery({
    queryKey: ['messages', 'list', customer.id, currentLanguage()],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call<Messages>('GET', base, { query: { limit: 20, cursor: pageParam }, signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  if (messages.isPending) return <Loading />;
  if (messages.isError) return <Failure error={messages.error} retry={() => void messages.refetch()} />;
  const items = messages.data.pages.flatMap((page) => page.items);
  const unread = messages.data.pages[0]?.unread ?? 0;
  return (
    <Page title={t('messages.title')} aside={unread > 0 ? <ReadAll base={base} /> : null}>
      <MessagesTabs />
      {items.length === 0 ? (
        <Empty icon={<IconBell />} title={t('messages.emptyTitle')} text={t('messages.emptyText')} />
      ) : (
        <Card>
          <ul className={css['list']} aria-label={t('messages.inbox')}>
            {items.map((message) => (
              <MessageItem key={message.id} base={base} message={message} />
            ))}
          </ul>
          {messages.hasNextPage ? (
            <Button
              variant="default"
              loading={messages.isFetchingNextPage}
              onClick={() => void messages.fetchNextPage()}
            >
              {t('common:action.more')}
            </Button>
          ) : null}
        </Card>
      )}
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
