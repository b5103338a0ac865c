import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';
import { type Device, useConsumables, useDeviceModel } from '../data/consumables.ts';
import { ConsumableRow } from '../home/consumable-row.tsx';
import css from '../home/home.module.css';
import { DeviceAddress } from './device-address.tsx';
import { DeviceName } from './device-name.tsx';
import { Events } from './events.tsx';
import { Release } from './release.tsx';

/** One device: what is in it, what happened to it, where it stands, what it is called, and giving it away. */
export function DevicePage() {
  const { t } = useTranslation('customer');
  const { deviceId = '' } = useParams();
  const isOwner = useMay('owner');
  const device = useQuery({
    queryKey: ['devices', 'one', deviceId],
    queryFn: ({ signal }) => call<Device>('GET', `/v1/devices/${deviceId}`, { signal }),
  });
  if (device.isPending) return <Loading />;
  if (device.isError) return <Failure error={device.error} retry={() => void device.refetch()} />;
  const { data } = device;
  return (
    <Page
      title={data.name}
      subtitle={<Kind device={data} />}
      back={{ to: '/', label: t('consumable.back') }}
      aside={<Presence device={data} />}
    >
      <Contents deviceId={deviceId} />
      <Events deviceId={deviceId} />
      <DeviceAddress device={data} />
      <DeviceName device={data} />
      {isOwner ? <Release device={data} /> : null}
    </Page>
  );
}

function Kind({ device }: { readonly device: Device }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const model = useDeviceModel(device.deviceModelId);
  if (model.data === undefined) return null;
  const { serial, presence, presenceAt } = device;
  const since =
    presenceAt === null
      ? t('device.neverSeen')
      : t(presence === 'online' ? 'device.onlineSince' : 'device.offlineSince', {
          when: format.moment(presenceAt),
        });
  const known = serial === null ? [] : [t('device.serial', { serial })];
  return [`${model.data.make} ${model.data.model}`, ...known, since].join(' · ');
}

function Presence({ device }: { readonly device: Device }) {
  const { t } = useTranslation('customer');
  const isOnline = device.presence === 'online';
  return (
    <span className={css['presence']} data-online={isOnline || undefined}>
      {isOnline ? t('home.online') : t('home.offline')}
    </span>
  );
}

function Contents({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation('customer');
  const consumables = useConsumables();
  const own = (consumables.data ?? []).filter((consumable) => consumable.deviceId === deviceId).toReversed();
  if (consumables.data === undefined) return null;
  return (
    <Card title={t('device.contents')}>
      {own.length === 0 ? <Text c="dimmed">{t('home.noConsumables')}</Text> : null}
      <div className={css['rows']}>
        {own.map((consumable) => (
          <ConsumableRow key={consumable.id} consumable={consumable} />
        ))}
      </div>
    </Card>
  );
}
