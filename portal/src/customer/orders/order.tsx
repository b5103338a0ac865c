import { Alert, Anchor, Table, Text, Timeline } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import { type OrderWithHistory, useOrder } from '../data/orders.ts';
import { Countdown } from './countdown.tsx';
import { Options } from './options.tsx';
import { OrderActions } from './order-actions.tsx';
import { ReportProblem } from './report-problem.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Withdrawal } from './withdrawal.tsx';

/** One order: what it costs, what can be decided, and everything that happened to it. */
export function OrderPage() {
  const { t } = useTranslation('customer');
  const { orderId = '' } = useParams();
  const order = useOrder(orderId);
  if (order.isPending) return <Loading />;
  if (order.isError) return <Failure error={order.error} retry={() => void order.refetch()} />;
  const { data } = order;
  return (
    <Page
      title={data.productName}
      subtitle={t('orders.for', { consumable: slotInWords(data.consumableName), device: data.deviceName })}
      back={{ to: '/orders', label: t('orders.back') }}
      aside={<StatusBadge status={data.status} />}
    >
      <Attention order={data} />
      <Decide order={data} />
      <Details order={data} />
      <History order={data} />
      <ReportProblem order={data} />
      <Withdrawal order={data} />
    </Page>
  );
}

/** What is wrong with it now, and what only the customer can do about it. */
function Attention({ order }: { readonly order: OrderWithHistory }) {
  const { t } = useTranslation('customer');
  const { nextStep, issues } = order;
  if (nextStep === null && issues.length === 0) return null;
  return (
    <Alert color="amber" variant="light" icon={<IconAlertTriangle aria-hidden />}>
      {issues.map(({ kind, reason }) => (
        <Text key={kind}>{reason}</Text>
      ))}
      {nextStep === null ? null : (
        <Text>
          {t(`orders.nextStep.${nextStep.code}`)}{' '}
          {nextStep.url === null ? null : (
            <Anchor href={nextStep.url} rel="noreferrer" target="_blank">
              {t('orders.nextStepOpen')}
            </Anchor>
          )}
        </Text>
      )}
    </Alert>
  );
}

function Decide({ order }: { readonly order: OrderWithHistory }) {
  const { status, statusReason, cancelUntil } = order;
  if (status !== 'proposed' && status !== 'announced' && statusReason === null) return null;
  return (
    <Card>
      {statusReason === null ? null : <Text mb="sm">{statusReason}</Text>}
      {status === 'announced' && cancelUntil !== null ? <Countdown until={cancelUntil} /> : null}
      <OrderActions order={order} />
      <Options order={order} />
    </Card>
  );
}

function Details({ order }: { readonly order: OrderWithHistory }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const money = (minor: number) => format.money(minor, order.currency);
  const rows: readonly (readonly [string, string | null])[] = [
    [order.productName, t('orders.quantity', { count: order.quantity, price: money(order.unitPriceMinor) })],
    [t('orders.shipping'), money(order.shippingMinor)],
    [t('orders.total'), money(order.totalMinor)],
    [t('orders.merchant'), order.merchantName],
    [t('orders.reference'), order.merchantReference],
  ];
  const { arrivesFrom, arrivesTo } = order;
  return (
    <Card title={t('orders.details')}>
      {arrivesFrom === null || arrivesTo === null ? null : (
        <Text mb="xs">{t('orders.arrives', { span: format.span(arrivesFrom, arrivesTo) })}</Text>
      )}
      <Table variant="vertical" withRowBorders={false}>
        <Table.Tbody>
          {rows.map(([name, value]) =>
            value === null ? null : (
              <Table.Tr key={name}>
                <Table.Th fw={450} bg="transparent" pl={0}>
                  {name}
                </Table.Th>
                <Table.Td ta="right" pr={0}>
                  {value}
                </Table.Td>
              </Table.Tr>
            ),
          )}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

const ACTORS = ['customer', 'ops', 'merchant', 'worker', 'evaluation', 'telemetry'] as const;
const isActor = (text: string): text is (typeof ACTORS)[number] => ACTORS.some((actor) => actor === text);

function History({ order }: { readonly order: OrderWithHistory }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  return (
    <Card title={t('orders.timeline')}>
      <Timeline active={order.history.length - 1} bulletSize={14} lineWidth={2}>
        {order.history.map(({ at, toStatus, actor, reason }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: history is only added to
          <Timeline.Item key={index} title={t(`status.${toStatus}`)}>
            <Text size="sm" c="dimmed">
              {format.moment(at)}
              {isActor(actor) ? ` · ${t(`orders.by.${actor}`)}` : ''}
            </Text>
            {reason === null ? null : <Text size="sm">{reason}</Text>}
          </Timeline.Item>
        ))}
      </Timeline>
    </Card>
  );
}
