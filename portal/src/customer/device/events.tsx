import { Anchor, Badge, Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { DEVICE_EVENT_TYPES, deviceEventsPage } from '../../../../contracts/http/devices.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import css from '../privacy/privacy.module.css';

type EventsPage = Wire<typeof deviceEventsPage>;
type DeviceEvent = EventsPage['items'][number];
type EventType = (typeof DEVICE_EVENT_TYPES)[number];

/** What happened to a device: swaps, deliveries, counts, faults; also what it told late, out of its memory. */
export function Events({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation(['customer', 'common']);
  const events = useInfiniteQuery({
    queryKey: ['devices', 'events', deviceId],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call<EventsPage>('GET', `/v1/devices/${deviceId}/events`, {
        query: { limit: 20, cursor: pageParam },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t('device.events')}>
      {events.isPending ? <Loading /> : null}
      {events.isError ? <Failure error={events.error} retry={() => void events.refetch()} /> : null}
      {events.isSuccess && items.length === 0 ? <Text c="dimmed">{t('device.noEvents')}</Text> : null}
      <ul className={css['list']}>
        {items.map((event) => (
          <EventLine key={event.id} event={event} />
        ))}
      </ul>
      {events.hasNextPage ? (
        <Button
          variant="default"
          mt="sm"
          loading={events.isFetchingNextPage}
          onClick={() => void events.fetchNextPage()}
        >
          {t('common:action.more')}
        </Button>
      ) : null}
    </Card>
  );
}

function EventLine({ event }: { readonly event: DeviceEvent }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const { type, at, consumableName, quantity, historical, orderId, detail } = event;
  const known = t(`device.event.${type as EventType}`, {
    count: quantity ?? 1,
    percent: format.percent(quantity ?? 0),
    // Devices may say more than this page has words for.
    defaultValue: type,
  });
  return (
    <li className={css['line']}>
      <div>
        <Text fw={560}>
          {[consumableName === null ? null : slotInWords(consumableName), known]
            .filter((text) => text !== null)
            .join(': ')}
        </Text>
        <Text size="sm" c="dimmed">
          {format.moment(at)}
        </Text>
        {detail === null ? null : <Text size="sm">{detail}</Text>}
        {orderId === null ? null : (
          <Anchor component={Link} to={`/orders/${orderId}`} size="sm">
            {t('messages.order')}
          </Anchor>
        )}
      </div>
      {historical ? (
        <Badge variant="light" color="gray" tt="none">
          {t('device.historical')}
        </Badge>
      ) : null}
    </li>
  );
}
