import { Button } from '@mantine/core';
import { IconChartHistogram, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { demandHistorySchema, demandSchema } from '../../../../contracts/http/ops/reports.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { DemandFan } from '../charts/demand-fan.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Badge, Card } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';

type DemandData = Wire<typeof demandSchema>;
type Product = DemandData['products'][number];

/** The horizon that the list of products shows. */
const LIST_WEEKS = 4;

export function Demand() {
  const { t } = useTranslation('ops');
  const query = useOps<DemandData>('demand', '/v1/ops/demand');
  return (
    <QueryView query={query}>
      {({ madeOn, products }) =>
        products.length === 0 || madeOn === null ? (
          <Empty icon={<IconChartHistogram />} title={t('forecast.none')} text={t('forecast.noneText')} />
        ) : (
          <Products madeOn={madeOn} products={products} />
        )
      }
    </QueryView>
  );
}

function Products({ madeOn, products }: { readonly madeOn: string; readonly products: readonly Product[] }) {
  const { t } = useTranslation('ops');
  const { date, number } = useFormat();
  const [chosen, setChosen] = useState<string | null>(null);
  const current = products.find(({ productId }) => productId === chosen) ?? products[0];
  const top = (product: Product) =>
    product.weeks.find(({ weeks }) => weeks === LIST_WEEKS) ?? product.weeks.at(-1);
  return (
    <>
      <div className={`${css['between']} ${css['bar']}`}>
        <p className={css['dim']}>{t('forecast.made', { on: date(madeOn) })}</p>
        <Button
          component="a"
          href="/v1/ops/demand.csv"
          download
          size="sm"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('list.csv')}
        </Button>
      </div>
      <div className={css['grid']} data-columns="side">
        <ul className={css['list']} aria-label={t('forecast.products')}>
          {products.map((product) => (
            <li key={product.productId}>
              <button
                type="button"
                className={css['choice']}
                aria-current={product === current}
                onClick={() => setChosen(product.productId)}
              >
                <strong>{product.name}</strong>
                <span>
                  {t('forecast.inWeeks', {
                    weeks: LIST_WEEKS,
                    p50: number(top(product)?.p50 ?? 0),
                    p10: number(top(product)?.p10 ?? 0),
                    p90: number(top(product)?.p90 ?? 0),
                  })}
                </span>
                <small>{product.merchantName}</small>
              </button>
            </li>
          ))}
        </ul>
        {current === undefined ? null : <ProductDemand product={current} />}
      </div>
    </>
  );
}

function ProductDemand({ product }: { readonly product: Product }) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  const query = useOps<Wire<typeof demandHistorySchema>>('demand', `/v1/ops/demand/${product.productId}`);
  return (
    <div className={css['stack']}>
      <Card title={`${product.name} (${product.sku})`}>
        <QueryView query={query}>
          {({ ordered }) => (
            <DemandFan weeks={product.weeks} ordered={ordered.map(({ fillings }) => fillings)} />
          )}
        </QueryView>
        <p className={css['dim']}>
          {t('forecast.rests', { count: product.consumables })}
          {product.unknown > 0 ? ` ${t('forecast.unknown', { count: product.unknown })}` : ''}
        </p>
        <DataTable
          plain
          label={t('forecast.byWeek')}
          rows={product.weeks}
          rowId={({ weeks }) => String(weeks)}
          columns={[
            {
              id: 'weeks',
              header: t('forecast.within'),
              cell: ({ row }) => t('forecast.weeks', { count: row.original.weeks }),
            },
            {
              id: 'mean',
              header: t('forecast.mean'),
              meta: { align: 'end' },
              cell: ({ row }) => number(row.original.mean, 1),
            },
            ...(['p10', 'p50', 'p90'] as const).map((key) => ({
              id: key,
              header: key.toUpperCase(),
              meta: { align: 'end' as const },
              cell: ({ row }: { row: { original: Product['weeks'][number] } }) => number(row.original[key]),
            })),
            {
              id: 'units',
              header: t('forecast.units'),
              meta: { align: 'end' },
              cell: ({ row }) => number(Math.ceil(row.original.p90 / product.packSize)),
            },
          ]}
        />
      </Card>
      <QueryView query={query}>{({ past }) => (past.length === 0 ? null : <Past past={past} />)}</QueryView>
    </div>
  );
}

function Past({ past }: { readonly past: Wire<typeof demandHistorySchema>['past'] }) {
  const { t } = useTranslation('ops');
  const { date, number } = useFormat();
  return (
    <Card title={t('forecast.past')}>
      <DataTable
        plain
        label={t('forecast.past')}
        rows={past.toReversed()}
        rowId={({ madeOn }) => madeOn}
        columns={[
          { id: 'madeOn', header: t('forecast.madeOn'), cell: ({ row }) => date(row.original.madeOn) },
          {
            id: 'range',
            header: t('forecast.range'),
            meta: { align: 'end' },
            cell: ({ row: { original } }) => `${number(original.p10)} – ${number(original.p90)}`,
          },
          {
            id: 'ordered',
            header: t('forecast.ordered'),
            meta: { align: 'end' },
            cell: ({ row }) => number(row.original.ordered),
          },
          {
            id: 'inside',
            header: t('forecast.inside'),
            cell: ({ row: { original } }) =>
              original.ordered >= original.p10 && original.ordered <= original.p90 ? (
                <Badge tone="ok">{t('yes')}</Badge>
              ) : (
                <Badge tone="warn">{t('no')}</Badge>
              ),
          },
        ]}
      />
    </Card>
  );
}
