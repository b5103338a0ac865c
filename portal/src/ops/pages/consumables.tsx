import { IconDroplet } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { opsConsumableSchema } from '../../../../contracts/http/ops/lists.ts';
import type { Wire } from '../../api/wire.ts';
import { useFormat } from '../format.ts';
import type { Columns } from '../ui/data-table.tsx';
import { Level } from '../ui/level.tsx';
import { ListPage } from '../ui/list-page.tsx';
import { OrderBadge } from '../ui/status.tsx';

type Consumable = Wire<typeof opsConsumableSchema>;

const STRATEGIES = ['respond', 'coach', 'curated', 'automatic'] as const;
const OUTCOMES = ['nothing', 'wait', 'order', 'defer', 'blocked', 'ask'] as const;
export const isOutcome = (text: string | null): text is (typeof OUTCOMES)[number] =>
  OUTCOMES.some((outcome) => outcome === text);

export function Consumables() {
  const { t } = useTranslation('ops');
  const columns = useConsumableColumns();
  return (
    <ListPage<Consumable>
      title={t('nav.consumables')}
      topic="consumables"
      path="/v1/ops/consumables"
      columns={columns}
      rowId={({ id }) => id}
      fields={[
        {
          name: 'strategy',
          label: t('consumables.strategy'),
          choices: STRATEGIES.map((value) => ({ value, label: t(`strategy.${value}`) })),
        },
        {
          name: 'outcome',
          label: t('consumables.outcome'),
          choices: OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) })),
        },
        {
          name: 'empty',
          label: t('consumables.emptiness'),
          choices: [{ value: 'true', label: t('consumables.empty') }],
        },
        {
          name: 'sort',
          label: t('list.sort'),
          choices: (['runOut', 'newest'] as const).map((value) => ({
            value,
            label: t(`consumables.sort.${value}`),
          })),
        },
      ]}
      fixed={{
        runOutBefore: t('consumables.soon'),
        silentSince: t('consumables.silent'),
        customerId: t('list.oneCustomer'),
        deviceId: t('list.oneDevice'),
        deviceModelId: t('list.oneModel'),
        productId: t('list.oneProduct'),
      }}
      empty={{ icon: <IconDroplet />, title: t('consumables.none'), text: t('list.noneText') }}
    />
  );
}

export function useConsumableColumns(): Columns<Consumable> {
  const { t } = useTranslation('ops');
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'consumable',
        header: t('consumable'),
        cell: ({ row: { original } }) => (
          <>
            <Link to={`/ops/devices/${original.deviceId}`}>{original.deviceName}</Link>
            <small>{original.name}</small>
          </>
        ),
      },
      {
        id: 'customer',
        header: t('customer'),
        cell: ({ row }) => row.original.customerName ?? t('consumables.unowned'),
      },
      {
        id: 'level',
        header: t('consumables.level'),
        cell: ({ row }) => <Level level={row.original.level} />,
      },
      {
        id: 'levelAt',
        header: t('consumables.read'),
        cell: ({ row }) => format.relative(row.original.levelAt),
      },
      {
        id: 'onShelf',
        header: t('consumables.shelf'),
        meta: { align: 'end' },
        cell: ({ row }) => format.number(row.original.onShelf, 1),
      },
      {
        id: 'runOut',
        header: t('consumables.runOut'),
        cell: ({ row: { original } }) => (
          <>
            {format.date(original.runOutP50)}
            <small>
              {format.date(original.runOutP10)} – {format.date(original.runOutP90)}
            </small>
          </>
        ),
      },
      {
        id: 'strategy',
        header: t('consumables.strategy'),
        cell: ({ row }) => t(`strategy.${row.original.strategy}`),
      },
      {
        id: 'outcome',
        header: t('consumables.outcome'),
        cell: ({ row: { original } }) =>
          original.openOrderStatus === null ? (
            isOutcome(original.outcome) ? (
              t(`outcome.${original.outcome}`)
            ) : (
              (original.outcome ?? t('unknown'))
            )
          ) : (
            <Link to={`/ops/orders/${original.openOrderId}`}>
              <OrderBadge status={original.openOrderStatus} />
            </Link>
          ),
      },
    ],
    [t, format],
  );
}
