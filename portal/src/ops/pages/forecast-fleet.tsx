import { SegmentedControl } from '@mantine/core';
import { IconReportAnalytics } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FLEET_GROUPS, fleetSchema } from '../../../../contracts/http/ops/reports.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { QueryView } from '../ui/query-view.tsx';

type Group = (typeof FLEET_GROUPS)[number];
type Data = Wire<typeof fleetSchema>;
type Row = Data['rows'][number];

const GROUPS: readonly Group[] = ['model', 'product', 'merchant'];

/** What went wrong, and how often, in the last twelve weeks. */
export function Fleet() {
  const { t } = useTranslation('ops');
  const [by, setBy] = useState<Group>('model');
  const query = useOps<Data>('fleet', '/v1/ops/fleet', { by });
  return (
    <>
      <div className={`${css['between']} ${css['bar']}`}>
        <p className={css['dim']}>{t('fleet.span')}</p>
        <SegmentedControl
          aria-label={t('fleet.by')}
          value={by}
          onChange={(value) => setBy(value as Group)}
          data={GROUPS.map((value) => ({ value, label: t(`fleet.group.${value}`) }))}
        />
      </div>
      <QueryView query={query}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon={<IconReportAnalytics />} title={t('fleet.none')} text={t('fleet.noneText')} />
          ) : (
            <Rows rows={rows} />
          )
        }
      </QueryView>
    </>
  );
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  const { t } = useTranslation('ops');
  const { number, percent } = useFormat();
  const figure = (id: keyof Row & string, show: (row: Row) => string) => ({
    id,
    header: t(`fleet.columns.${id as 'orders'}`),
    meta: { align: 'end' as const },
    cell: ({ row }: { row: { original: Row } }) => show(row.original),
  });
  return (
    <DataTable
      label={t('forecast.fleet')}
      rows={rows}
      rowId={({ id }) => id}
      columns={[
        { id: 'name', header: t('fleet.name'), cell: ({ row }) => row.original.name },
        figure('orders', ({ orders }) => number(orders)),
        figure('cancelRate', ({ cancelRate }) => percent(cancelRate, 1)),
        figure('returnRate', ({ returnRate }) => percent(returnRate, 1)),
        figure('rejected', ({ rejected }) => number(rejected)),
        figure('deliveries', ({ deliveries }) => number(deliveries)),
        figure(
          'stockoutRate',
          ({ stockoutRate, stockouts }) => `${percent(stockoutRate, 1)} (${number(stockouts)})`,
        ),
        figure('daysWithout', ({ daysWithout }) => number(daysWithout, 1)),
        figure('daysEarly', ({ daysEarly }) => number(daysEarly, 1)),
        figure('waste', ({ waste }) => percent(waste, 1)),
      ]}
    />
  );
}
