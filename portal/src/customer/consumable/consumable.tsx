import { Alert, Anchor, Badge, Group, Text } from '@mantine/core';
import { IconTruckDelivery } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Gauge } from '../../ui/gauge.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import { type Consumable, useConsumable, useHistory } from '../data/consumables.ts';
import { useHolds } from '../data/holds.ts';
import type { OpenStatus } from '../data/orders.ts';
import { LevelChart } from './level-chart.tsx';
import { Limits } from './limits.tsx';
import { OrderNow } from './order-now.tsx';
import { ProductChoice } from './product-choice.tsx';
import { Spares } from './spares.tsx';
import { StrategyLadder } from './strategy-ladder.tsx';
import { Why } from './why.tsx';

/** How far back the chart looks. */
const HISTORY_DAYS = 120;

/** One consumable: what is left, what comes, why, and everything that can be decided about it. */
export function ConsumablePage() {
  const { t } = useTranslation('customer');
  const { consumableId = '' } = useParams();
  const consumable = useConsumable(consumableId);
  if (consumable.isPending) return <Loading />;
  if (consumable.isError) {
    return <Failure error={consumable.error} retry={() => void consumable.refetch()} />;
  }
  const { data } = consumable;
  return (
    <Page
      title={slotInWords(data.name)}
      subtitle={
        <Anchor component={Link} to={`/devices/${data.deviceId}`} c="inherit">
          {data.deviceName}
        </Anchor>
      }
      back={{ to: '/', label: t('consumable.back') }}
    >
      <Outlook consumable={data} />
      <Chart consumable={data} />
      <StrategyLadder consumable={data} />
      <Limits consumable={data} />
      <ProductChoice consumable={data} />
      <Spares consumable={data} />
    </Page>
  );
}

/** Where the open order stands, and when it comes. */
function useOrderWords(): (order: NonNullable<Consumable['openOrder']>) => string {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  return ({ status, arrivesFrom, arrivesTo }) => {
    const words = t(`consumable.openOrder.${status as OpenStatus}`);
    if (arrivesFrom === null || arrivesTo === null) return words;
    return `${words} ${t('consumable.openOrderArrives', { span: format.span(arrivesFrom, arrivesTo) })}`;
  };
}

function Outlook({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const orderWords = useOrderWords();
  const { level, levelAt, stale, sentence, openOrder, polarity } = consumable;
  const percent = level === null ? '' : format.percent(level);
  const left =
    level === null ? t('level.unknown') : t(polarity === 'fills' ? 'level.space' : 'level.left', { percent });
  return (
    <Card>
      <Group justify="space-between" mb="xs">
        <Text fw={620} size="xl">
          {left}
        </Text>
        {stale && levelAt !== null ? (
          <Badge color="amber" variant="light" tt="none">
            {t('level.stale', { when: format.relative(levelAt) })}
          </Badge>
        ) : null}
      </Group>
      <Gauge level={level} isStale={stale} label={left} />
      <Text mt="md" fw={520}>
        {sentence ?? t('level.unknownText')}
      </Text>
      <Group mt="xs">
        <Why consumableId={consumable.id} />
        <OrderNow consumable={consumable} />
      </Group>
      {openOrder === null ? null : (
        <Alert mt="md" variant="light" icon={<IconTruckDelivery aria-hidden />}>
          <Anchor component={Link} to={`/orders/${openOrder.id}`}>
            {orderWords(openOrder)}
          </Anchor>
        </Alert>
      )}
    </Card>
  );
}

function Chart({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const history = useHistory(consumable.id, HISTORY_DAYS);
  const holds = useHolds();
  const own = (holds.data ?? []).filter(
    ({ deviceId }) => deviceId === null || deviceId === consumable.deviceId,
  );
  return (
    <Card title={t('consumable.chart')}>
      {history.isPending ? <Loading /> : null}
      {history.isError ? <Failure error={history.error} retry={() => void history.refetch()} /> : null}
      {history.data === undefined ? null : history.data.points.length === 0 ? (
        <Text c="dimmed">{t('consumable.noReadings')}</Text>
      ) : (
        <>
          <LevelChart consumable={consumable} history={history.data} holds={own} />
          <RunsOut consumable={consumable} />
        </>
      )}
    </Card>
  );
}

/** The picture's answer in words. */
function RunsOut({ consumable: { runOut } }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  if (runOut.p50 === null) return null;
  const p10 = runOut.p10 === null ? '…' : format.day(runOut.p10);
  const p90 = runOut.p90 === null ? t('consumable.later') : format.day(runOut.p90);
  return (
    <Text size="sm" c="dimmed" mt="sm">
      {t('consumable.runsOut', { p10, p90 })}
    </Text>
  );
}
