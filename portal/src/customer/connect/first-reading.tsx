import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { useConsumables, useDevices } from '../data/consumables.ts';
import { ConsumableRow } from '../home/consumable-row.tsx';
import { Steps } from './steps.tsx';

/** Second step: the device speaks. The page notices by itself, through live updates. */
export function FirstReadingPage() {
  const { t } = useTranslation('customer');
  const { deviceId = '' } = useParams();
  const devices = useDevices();
  const consumables = useConsumables();
  const device = devices.data?.find(({ id }) => id === deviceId);
  if (device === undefined) return <Loading />;
  const heard = (consumables.data ?? []).filter(
    (consumable) => consumable.deviceId === deviceId && consumable.levelAt !== null,
  );
  const isHeard = heard.length > 0;
  return (
    <Page title={t('connect.title')}>
      <Steps active={1} />
      <Card title={t('connect.connected', { device: device.name })}>
        <Stack>
          <Group role="status" wrap="nowrap">
            {isHeard ? <IconCircleCheck color="var(--ok)" aria-hidden /> : <Loader size="sm" aria-hidden />}
            <Text>{isHeard ? t('connect.heard') : t('connect.waiting')}</Text>
          </Group>
          <div>
            {heard.map((consumable) => (
              <ConsumableRow key={consumable.id} consumable={consumable} />
            ))}
          </div>
          <Button
            component={Link}
            to={`/connect/${deviceId}/consent`}
            variant={isHeard ? 'filled' : 'default'}
          >
            {isHeard ? t('connect.next') : t('connect.later')}
          </Button>
        </Stack>
      </Card>
    </Page>
  );
}
