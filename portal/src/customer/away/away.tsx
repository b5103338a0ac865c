import { Button, Group, Text } from '@mantine/core';
import { IconBeach } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { platformNow } from '../../api/platform-time.ts';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useMay } from '../current-customer.tsx';
import { useAddresses } from '../data/addresses.ts';
import { useDevices } from '../data/consumables.ts';
import { type Hold, useHolds } from '../data/holds.ts';
import css from './away.module.css';
import { Feeds } from './feeds.tsx';
import { HoldForm } from './hold-form.tsx';

/** Dates without deliveries: by hand, or from a calendar. */
export function AwayPage() {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  return (
    <Page title={t('away.title')} subtitle={t('away.text')}>
      {may ? <HoldForm /> : null}
      <HoldList />
      <Feeds />
    </Page>
  );
}

function HoldList() {
  const { t } = useTranslation('customer');
  const holds = useHolds();
  if (holds.isPending) return <Loading />;
  if (holds.isError) return <Failure error={holds.error} retry={() => void holds.refetch()} />;
  const today = new Date(platformNow()).toISOString().slice(0, 10);
  const coming = holds.data
    .filter(({ endsOn }) => endsOn === null || endsOn >= today)
    .toSorted((a, b) => a.startsOn.localeCompare(b.startsOn));
  if (coming.length === 0) {
    return <Empty icon={<IconBeach />} title={t('away.emptyTitle')} text={t('away.emptyText')} />;
  }
  return (
    <Card title={t('away.list')}>
      <ul className={css['list']}>
        {coming.map((hold) => (
          <HoldItem key={hold.id} hold={hold} />
        ))}
      </ul>
    </Card>
  );
}

function HoldItem({ hold }: { readonly hold: Hold }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const format = useFormat();
  const devices = useDevices();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call('POST', `/v1/holds/${hold.id}/cancel`),
    onSuccess: () => client.invalidateQueries(),
  });
  const addresses = useAddresses();
  const { startsOn, endsOn, reason, deviceId, addressId, feedId } = hold;
  const named = (list: readonly { id: string; name: string }[] | undefined, id: string) =>
    list?.find((one) => one.id === id)?.name ?? null;
  const details = [
    reason,
    deviceId !== null
      ? named(devices.data, deviceId)
      : addressId !== null
        ? named(addresses.data, addressId)
        : t('away.allDevices'),
    feedId === null ? null : t('away.fromCalendar'),
  ].filter((text) => text !== null);
  return (
    <li className={css['item']}>
      <div>
        <Text fw={560}>
          {endsOn === null ? t('away.since', { from: format.date(startsOn) }) : format.span(startsOn, endsOn)}
        </Text>
        <Text size="sm" c="dimmed">
          {details.join(' · ')}
        </Text>
        <ProblemNote error={remove.error} />
      </div>
      {may && feedId === null ? (
        <Group>
          <Button variant="default" size="sm" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('away.remove')}
          </Button>
        </Group>
      ) : null}
    </li>
  );
}
