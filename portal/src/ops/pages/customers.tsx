import { IconUsers } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { opsCustomerSchema } from '../../../../contracts/http/ops/lists.ts';
import type { Wire } from '../../api/wire.ts';
import { UNKNOWN, useFormat } from '../format.ts';
import type { Columns } from '../ui/data-table.tsx';
import { ListPage } from '../ui/list-page.tsx';

type Customer = Wire<typeof opsCustomerSchema>;

export function Customers() {
  const { t } = useTranslation('ops');
  const columns = useColumns();
  return (
    <ListPage<Customer>
      title={t('nav.customers')}
      topic="customers"
      path="/v1/ops/customers"
      columns={columns}
      rowId={({ id }) => id}
      fields={[
        { name: 'q', label: t('customers.search') },
        {
          name: 'sort',
          label: t('list.sort'),
          choices: (['newest', 'name'] as const).map((value) => ({
            value,
            label: t(`customers.sort.${value}`),
          })),
        },
      ]}
      empty={{ icon: <IconUsers />, title: t('customers.none'), text: t('list.noneText') }}
    />
  );
}

function useColumns(): Columns<Customer> {
  const { t } = useTranslation('ops');
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('customer'),
        cell: ({ row: { original } }) => (
          <>
            {original.name}
            <small>{original.email ?? UNKNOWN}</small>
          </>
        ),
      },
      {
        id: 'devices',
        header: t('nav.devices'),
        meta: { align: 'end' },
        cell: ({ row: { original } }) => (
          <Link to={`/ops/devices?customerId=${original.id}`}>{format.number(original.devices)}</Link>
        ),
      },
      {
        id: 'orders',
        header: t('customers.openOrders'),
        meta: { align: 'end' },
        cell: ({ row: { original } }) => (
          <Link to={`/ops/orders?customerId=${original.id}`}>{format.number(original.openOrders)}</Link>
        ),
      },
      { id: 'jurisdiction', header: t('customers.place'), cell: ({ row }) => row.original.jurisdiction },
      { id: 'timeZone', header: t('customers.zone'), cell: ({ row }) => row.original.timeZone },
      {
        id: 'createdAt',
        header: t('customers.since'),
        cell: ({ row }) => format.date(row.original.createdAt),
      },
    ],
    [t, format],
  );
}
