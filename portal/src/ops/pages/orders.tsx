import { IconShoppingCart } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { opsOrderSchema } from '../../../../contracts/http/ops/lists.ts';
import { ORDER_STATUSES } from '../../../../contracts/http/orders.ts';
import type { Wire } from '../../api/wire.ts';
import { useFormat } from '../format.ts';
import type { Columns } from '../ui/data-table.tsx';
import { ListPage } from '../ui/list-page.tsx';
import css from '../ui/ops.module.css';
import { Badge } from '../ui/parts.tsx';
import { OrderBadge } from '../ui/status.tsx';

type Order = Wire<typeof opsOrderSchema>;

export function Orders() {
  const { t } = useTranslation('ops');
  const columns = useColumns();
  return (
    <ListPage<Order>
      title={t('nav.orders')}
      topic="orders"
      path="/v1/ops/orders"
      columns={columns}
      rowId={({ id }) => id}
      fields={[
        { name: 'q', label: t('orders.search') },
        {
          name: 'status',
          label: t('orders.status'),
          choices: ORDER_STATUSES.map((status) => ({ value: status, label: t(`status.${status}`) })),
        },
        {
          name: 'automatic',
          label: t('orders.how'),
          choices: [
            { value: 'true', label: t('orders.automatic') },
            { value: 'false', label: t('orders.approved') },
          ],
        },
        {
          name: 'sort',
          label: t('list.sort'),
          choices: (['newest', 'oldest', 'due', 'total'] as const).map((sort) => ({
            value: sort,
            label: t(`orders.sort.${sort}`),
          })),
        },
      ]}
      fixed={{
        stuck: t('orders.stuck'),
        customerId: t('list.oneCustomer'),
        deviceId: t('list.oneDevice'),
        merchantId: t('list.oneMerchant'),
        productId: t('list.oneProduct'),
        from: t('list.since'),
      }}
      empty={{ icon: <IconShoppingCart />, title: t('orders.none'), text: t('list.noneText') }}
    />
  );
}

function useColumns(): Columns<Order> {
  const { t } = useTranslation('ops');
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'createdAt',
        header: t('orders.made'),
        cell: ({ row: { original } }) => (
          <span className={css['time']}>
            <Link to={`/ops/orders/${original.id}`}>{format.instant(original.createdAt)}</Link>
          </span>
        ),
      },
      {
        id: 'status',
        header: t('orders.status'),
        cell: ({ row }) => <OrderBadge status={row.original.status} />,
      },
      {
        id: 'customer',
        header: t('customer'),
        cell: ({ row: { original } }) => (
          <Link to={`/ops/orders?customerId=${original.customerId}`}>{original.customerName}</Link>
        ),
      },
      {
        id: 'consumable',
        header: t('consumable'),
        cell: ({ row: { original } }) => (
          <>
            <Link to={`/ops/devices/${original.deviceId}`}>{original.deviceName}</Link>
            <small>{original.consumableName}</small>
          </>
        ),
      },
      {
        id: 'product',
        header: t('product'),
        cell: ({ row: { original } }) => (
          <>
            {original.quantity} × {original.productName}
            <small>{original.merchantName}</small>
          </>
        ),
      },
      {
        id: 'automatic',
        header: t('orders.how'),
        cell: ({ row }) =>
          row.original.automatic ? <Badge>{t('orders.automatic')}</Badge> : t('orders.approved'),
      },
      {
        id: 'dueAt',
        header: t('orders.due'),
        cell: ({ row }) => <span className={css['time']}>{format.instant(row.original.dueAt)}</span>,
      },
      { id: 'arrives', header: t('orders.arrives'), cell: ({ row }) => format.date(row.original.arrivesTo) },
      {
        id: 'total',
        header: t('orders.total'),
        meta: { align: 'end' },
        cell: ({ row: { original } }) => format.money(original.totalMinor, original.currency),
      },
    ],
    [t, format],
  );
}
