import { Anchor, Progress, Text } from '@mantine/core';
import { IconTruckDelivery } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import { isOpen, type Order, useMonthSpend, useOrders } from '../data/orders.ts';
import { Countdown } from './countdown.tsx';
import { OrderActions } from './order-actions.tsx';
import css from './order-card.module.css';
import { StatusBadge } from './status-badge.tsx';

export function OrdersPage() {
  const { t } = useTranslation('customer');
  const orders = useOrders();
  if (orders.isPending) return <Loading />;
  if (orders.isError) return <Failure error={orders.error} retry={() => void orders.refetch()} />;
  const open = orders.data.filter(isOpen);
  const past = orders.data.filter((order) => !isOpen(order));
  return (
    <Page title={t('orders.title')}>
      <MonthSpend />
      {orders.data.length === 0 ? (
        <Empty icon={<IconTruckDelivery />} title={t('orders.emptyTitle')} text={t('orders.emptyText')} />
      ) : null}
      {open.length === 0 ? null : (
        <section aria-label={t('orders.coming')}>
          <ul className={css['list']}>
            {open.map((order) => (
              <OpenOrder key={order.id} order={order} />
            ))}
          </ul>
        </section>
      )}
      {past.length === 0 ? null : (
        <Card title={t('orders.past')}>
          {past.map((order) => (
            <PastOrder key={order.id} order={order} />
          ))}
        </Card>
      )}
    </Page>
  );
}

function MonthSpend() {
  const { t } = useTranslation('customer');
  const format = useFormat();
  const spend = useMonthSpend();
  if (spend.data === undefined) return null;
  const { committedMinor, limitMinor, currency, orders } = spend.data;
  const spent = format.money(committedMinor, currency);
  const text =
    limitMinor === null
      ? t('orders.monthNoLimit', { spent })
      : t('orders.monthOf', { spent, limit: format.money(limitMinor, currency) });
  return (
    <Card
      title={t('orders.month')}
      aside={
        <Text size="sm" c="dimmed">
          {t('orders.monthOrders', { count: orders })}
        </Text>
      }
    >
      <Text fw={560}>{text}</Text>
      {limitMinor === null || limitMinor === 0 ? null : (
        <Progress mt="xs" value={Math.min(100, (committedMinor / limitMinor) * 100)} aria-label={text} />
      )}
    </Card>
  );
}

function OpenOrder({ order }: { readonly order: Order }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const { arrivesFrom, arrivesTo, cancelUntil, status } = order;
  return (
    <li className={css['card']}>
      <div className={css['top']}>
        <div>
          <Anchor component={Link} to={`/orders/${order.id}`} className={css['name']} underline="hover">
            {order.productName}
          </Anchor>
          <Text size="sm" c="dimmed">
            {t('orders.for', { consumable: slotInWords(order.consumableName), device: order.deviceName })}
          </Text>
        </div>
        <span className={css['price']}>{format.money(order.totalMinor, order.currency)}</span>
      </div>
      <div>
        <StatusBadge status={status} />
      </div>
      {arrivesFrom !== null && arrivesTo !== null ? (
        <Text size="sm">{t('orders.arrives', { span: format.span(arrivesFrom, arrivesTo) })}</Text>
      ) : null}
      {status === 'announced' && cancelUntil !== null ? <Countdown until={cancelUntil} /> : null}
      <OrderActions order={order} />
    </li>
  );
}

function PastOrder({ order }: { readonly order: Order }) {
  const format = useFormat(useCustomer().customer.timeZone);
  return (
    <div className={css['past']}>
      <Anchor component={Link} to={`/orders/${order.id}`} className={css['name']} underline="hover">
        {order.productName}
      </Anchor>
      <span className={css['price']}>{format.money(order.totalMinor, order.currency)}</span>
      <Text size="sm" c="dimmed">
        {format.day(order.deliveredAt ?? order.createdAt)} · {order.deviceName}
      </Text>
      <StatusBadge status={order.status} />
    </div>
  );
}
