import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlus, IconPrinter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Page } from '../../ui/page.tsx';
import { useMay } from '../current-customer.tsx';
import { type Consumable, type Device, useConsumables, useDevices } from '../data/consumables.ts';
import { ConsumableRow } from './consumable-row.tsx';
import css from './home.module.css';
import { NeedsYou } from './needs-you.tsx';

/** Every device with what is left in it, and what waits for the customer. */
export function Home() {
  const { t } = useTranslation('customer');
  const mayConnect = useMay('member');
  const devices = useDevices();
  const consumables = useConsumables();
  const failed = [devices, consumables].find(({ isError }) => isError);
  if (failed !== undefined) return <Failure error={failed.error} retry={() => void failed.refetch()} />;
  const isThere = devices.data !== undefined && consumables.data !== undefined;
  const connect = (
    <Button
      component={Link}
      to="/connect"
      variant="light"
      size="sm"
      leftSection={<IconPlus size={18} aria-hidden />}
    >
      {t('home.connect')}
    </Button>
  );
  if (isThere && devices.data.length === 0) {
    return (
      <Empty
        icon={<IconPrinter />}
        title={t('home.emptyTitle')}
        text={t('home.emptyText')}
        action={mayConnect ? connect : null}
      />
    );
  }
  return (
    <Page title={t('home.title')} aside={mayConnect ? connect : null}>
      {isThere ? (
        <>
          <NeedsYou devices={devices.data} consumables={consumables.data} />
          <div className={css['grid']}>
            {inOrder(devices.data, consumables.data).map(({ device, own }) => (
              <DeviceCard key={device.id} device={device} consumables={own} />
            ))}
          </div>
        </>
      ) : (
        <Stack aria-hidden>
          <Skeleton h={180} radius="lg" />
          <Skeleton h={180} radius="lg" />
        </Stack>
      )}
    </Page>
  );
}

/** The device that runs out first stands first. */
function inOrder(devices: readonly Device[], consumables: readonly Consumable[]) {
  const soonest = (own: readonly Consumable[]) =>
    Math.min(
      ...own.map(({ runOut }) => (runOut.p50 === null ? Number.POSITIVE_INFINITY : Date.parse(runOut.p50))),
    );
  return devices
    .map((device) => ({
      device,
      own: consumables.filter(({ deviceId }) => deviceId === device.id).toReversed(),
    }))
    .toSorted((a, b) => {
      const [x, y] = [soonest(a.own), soonest(b.own)];
      return x === y ? a.device.name.localeCompare(b.device.name) : x - y;
    });
}

interface CardProps {
  readonly device: Device;
  readonly consumables: readonly Consumable[];
}

function DeviceCard({ device, consumables }: CardProps) {
  const { t } = useTranslation('customer');
  const isOnline = device.presence === 'online';
  return (
    <Card
      title={device.name}
      aside={
        <span className={css['presence']} data-online={isOnline || undefined}>
          {isOnline ? t('home.online') : t('home.offline')}
        </span>
      }
    >
      {consumables.length === 0 ? <Text c="dimmed">{t('home.noConsumables')}</Text> : null}
      <div className={css['rows']}>
        {consumables.map((consumable) => (
          <ConsumableRow key={consumable.id} consumable={consumable} />
        ))}
      </div>
    </Card>
  );
}
