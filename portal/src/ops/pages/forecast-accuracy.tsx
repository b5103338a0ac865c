import { IconTargetArrow } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { accuracySchema } from '../../../../contracts/http/ops/reports.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { ShareLine } from '../charts/share-line.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Card } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';

type Data = Wire<typeof accuracySchema>;

/** What P10…P90 means. */
const RIGHT = 0.8;

export function Accuracy() {
  const { t } = useTranslation('ops');
  const query = useOps<Data>('accuracy', '/v1/ops/accuracy');
  return (
    <QueryView query={query}>
      {(data) =>
        data.weeks.length === 0 && data.outcomes.length === 0 ? (
          <Empty icon={<IconTargetArrow />} title={t('accuracy.none')} text={t('accuracy.noneText')} />
        ) : (
          <Charts data={data} />
        )
      }
    </QueryView>
  );
}

function Charts({ data: { weeks, slots, outcomes } }: { readonly data: Data }) {
  const { t } = useTranslation('ops');
  const { percent, number } = useFormat();
  const newest = weeks.at(-1);
  const last = outcomes.at(-1);
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return (
    <div className={css['stack']}>
      <div className={css['grid']} data-columns="2">
        <Card title={t('accuracy.coverage')}>
          <ShareLine
            label={t('accuracy.coverageLabel', { value: percent(newest?.coverage ?? null) })}
            caption={t('accuracy.coverageText')}
            points={weeks.map(({ week, coverage }) => ({ week, value: coverage }))}
            target={RIGHT}
            unit="share"
          />
        </Card>
        <Card title={t('accuracy.pinball')}>
          <ShareLine
            label={t('accuracy.pinballLabel', { value: percent(newest?.pinball ?? null) })}
            caption={t('accuracy.pinballText')}
            points={weeks.map(({ week, pinball }) => ({ week, value: pinball }))}
            unit="share"
          />
        </Card>
        <Card title={t('accuracy.stockouts')}>
          <ShareLine
            label={t('accuracy.stockoutsLabel', {
              value: percent(share(last?.stockouts ?? 0, last?.deliveries ?? 0)),
            })}
            caption={t('accuracy.stockoutsText')}
            points={outcomes.map(({ week, stockouts, deliveries }) => ({
              week,
              value: share(stockouts, deliveries),
            }))}
            unit="share"
          />
        </Card>
        <Card title={t('accuracy.daysEarly')}>
          <ShareLine
            label={t('accuracy.daysEarlyLabel', { value: number(last?.daysEarly ?? null, 1) })}
            caption={t('accuracy.daysEarlyText')}
            points={outcomes.map(({ week, daysEarly }) => ({ week, value: daysEarly }))}
            unit="days"
          />
        </Card>
        <Card title={t('accuracy.waste')}>
          <ShareLine
            label={t('accuracy.wasteLabel', { value: percent(last?.waste ?? null, 1) })}
            caption={t('accuracy.wasteText')}
            points={outcomes.map(({ week, waste }) => ({ week, value: waste }))}
            unit="share"
          />
        </Card>
      </div>
      <Slots slots={slots} />
    </div>
  );
}

function Slots({ slots }: Pick<Data, 'slots'>) {
  const { t } = useTranslation('ops');
  const { percent, number } = useFormat();
  if (slots.length === 0) return null;
  return (
    <Card title={t('accuracy.bySlot')}>
      <DataTable
        plain
        label={t('accuracy.bySlot')}
        rows={slots}
        rowId={({ deviceModelId, slot }) => `${deviceModelId}${slot}`}
        columns={[
          {
            id: 'model',
            header: t('devices.model'),
            cell: ({ row: { original } }) => (
              <>
                {original.model}
                <small>{original.slot}</small>
              </>
            ),
          },
          {
            id: 'forecasts',
            header: t('accuracy.forecasts'),
            meta: { align: 'end' },
            cell: ({ row }) => number(row.original.forecasts),
          },
          ...(['coverage', 'below', 'above', 'pinball', 'bias'] as const).map((key) => ({
            id: key,
            header: t(`accuracy.columns.${key}`),
            meta: { align: 'end' as const },
            cell: ({ row }: { row: { original: Data['slots'][number] } }) => percent(row.original[key], 1),
          })),
        ]}
      />
    </Card>
  );
}
