import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlus, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
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
  const soonest = (own: readonly Consumable[]) => Math.min(...own.map(runOutOf));
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

/** A printer with fourteen slots would hide the next device: those that run out last are folded away. */
const SHOWN_AT_MOST = 5;
const SHOWN_OF_MANY = 4;

function pressing(consumables: readonly Consumable[]): readonly Consumable[] {
  if (consumables.length <= SHOWN_AT_MOST) return consumables;
  const first = consumables.toSorted((a, b) => runOutOf(a) - runOutOf(b)).slice(0, SHOWN_OF_MANY);
  return consumables.filter(
    (consumable) => first.includes(consumable) || consumable.openOrder !== null || consumable.stale,
  );
}

const runOutOf = ({ runOut }: Consumable): number =>
  runOut.p50 === null ? Number.POSITIVE_INFINITY : Date.parse(runOut.p50);

interface CardProps {
  readonly device: Device;
  readonly consumables: readonly Consumable[];
}

function DeviceCard({ device, consumables }: CardProps) {
  const { t } = useTranslation('customer');
  const isOnline = device.presence === 'online';
  const [isAll, setAll] = useState(false);
  const shown = isAll ? consumables : pressing(consumables);
  const hidden = consumables.length - shown.length;
  return (
    <Card
      title={device.name}
      to={`/devices/${device.id}`}
      aside={
        <span className={css['presence']} data-online={isOnline || undefined}>
          {isOnline ? t('home.online') : t('home.offline')}
        </span>
      }
    >
      {consumables.length === 0 ? <Text c="dimmed">{t('home.noConsumables')}</Text> : null}
      <div className={css['rows']}>
        {shown.map((consumable) => (
          <ConsumableRow key={consumable.id} consumable={consumable} />
        ))}
      </div>
      {hidden === 0 && !isAll ? null : (
        <Button
          variant="subtle"
          size="compact-md"
          mt="xs"
          aria-expanded={isAll}
          onClick={() => setAll(!isAll)}
        >
          {isAll ? t('home.showFewer') : t('home.showAll', { count: hidden })}
        </Button>
      )}
    </Card>
  );
}
