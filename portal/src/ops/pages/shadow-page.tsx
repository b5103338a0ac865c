import { IconGhost2 } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { shadowComparisonSchema } from '../../../../contracts/http/ops/shadows.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { useOps } from '../data/queries.ts';
import { UNKNOWN, useFormat } from '../format.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Card, PageHead, Tile } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { isOutcome } from './consumables.tsx';
import { Changes, ShadowBadge } from './shadow.tsx';

type Comparison = Wire<typeof shadowComparisonSchema>;

export function ShadowPage() {
  const { shadowId = '' } = useParams();
  const query = useOps<Comparison>('shadows', `/v1/ops/shadows/${encodeURIComponent(shadowId)}`);
  return <QueryView query={query}>{(shadow) => <Page shadow={shadow} />}</QueryView>;
}

function Page({ shadow }: { readonly shadow: Comparison }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  return (
    <>
      <PageHead title={shadow.name}>
        <ShadowBadge shadow={shadow} />
        <Acts shadow={shadow} />
      </PageHead>
      <div className={css['stack']}>
        <p className={css['dim']}>
          <Changes settings={shadow.settings} /> · {t('shadow.since', { at: instant(shadow.startedAt) })} ·{' '}
          {t('shadow.looked', { evaluated: shadow.evaluated, count: shadow.consumables })} ·{' '}
          <Link to="/ops/shadow">{t('shadow.all')}</Link>
        </p>
        <Figures shadow={shadow} />
        <Orders shadow={shadow} />
      </div>
    </>
  );
}

function Acts({ shadow }: { readonly shadow: Comparison }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const refresh = () =>
    Promise.all(['shadows', 'thresholds'].map((topic) => client.invalidateQueries({ queryKey: [topic] })));
  return (
    <>
      {shadow.stoppedAt === null ? (
        <ConfirmButton
          label={t('shadow.stop')}
          title={t('shadow.stop')}
          text={t('shadow.stopText')}
          act={async () => {
            await call('POST', `/v1/ops/shadows/${shadow.id}/stop`, { body: {} });
            await refresh();
          }}
        />
      ) : null}
      {shadow.adoptedAt === null ? (
        <ConfirmButton
          variant="filled"
          label={t('shadow.adopt')}
          title={t('shadow.adoptTitle')}
          text={t('shadow.adoptText')}
          asksWhy
          act={async (reason) => {
            await call('POST', `/v1/ops/shadows/${shadow.id}/adopt`, { body: { reason } });
            await refresh();
          }}
        />
      ) : null}
    </>
  );
}

function Figures({ shadow }: { readonly shadow: Comparison }) {
  const { t } = useTranslation('ops');
  const { number, percent, money } = useFormat();
  const spend = (tally: Comparison['live']) =>
    tally.spend.length === 0
      ? undefined
      : tally.spend.map(({ minor, currency }) => money(minor, currency)).join(', ');
  return (
    <ul className={css['tiles']}>
      <Tile value={number(shadow.live.orders)} label={t('shadow.liveOrders')} hint={spend(shadow.live)} />
      <Tile
        value={number(shadow.shadow.orders)}
        label={t('shadow.shadowOrders')}
        hint={spend(shadow.shadow)}
        tone="warn"
      />
      <Tile
        value={number(shadow.daysEarlier, 1)}
        label={t('shadow.daysEarlier')}
        hint={t('shadow.paired', { count: shadow.paired })}
      />
      <Tile value={percent(shadow.emptyBeforeArrival, 1)} label={t('shadow.emptyBefore')} />
      {shadow.refused.map(({ outcome, consumables }) => (
        <Tile
          key={outcome}
          value={number(consumables)}
          label={isOutcome(outcome) ? t(`outcome.${outcome}`) : outcome}
        />
      ))}
    </ul>
  );
}

function Orders({ shadow }: { readonly shadow: Comparison }) {
  const { t } = useTranslation('ops');
  const { instant, money, percent, date } = useFormat();
  if (shadow.orders.length === 0) {
    return <Empty icon={<IconGhost2 />} title={t('shadow.noOrders')} text={t('shadow.noOrdersText')} />;
  }
  return (
    <Card title={t('shadow.would')}>
      <DataTable
        plain
        label={t('shadow.would')}
        rows={shadow.orders}
        rowId={({ consumableId, at }) => `${consumableId}${at}`}
        columns={[
          { id: 'at', header: t('when'), cell: ({ row }) => instant(row.original.at) },
          {
            id: 'consumable',
            header: t('consumable'),
            cell: ({ row: { original } }) => (
              <>
                {original.deviceName}
                <small>{original.consumableName}</small>
              </>
            ),
          },
          { id: 'customer', header: t('customer'), cell: ({ row }) => row.original.customerName ?? UNKNOWN },
          { id: 'why', header: t('shadow.sentence'), cell: ({ row }) => row.original.sentence },
          { id: 'placeOn', header: t('shadow.placeOn'), cell: ({ row }) => date(row.original.placeOn) },
          {
            id: 'empty',
            header: t('shadow.emptyBefore'),
            meta: { align: 'end' },
            cell: ({ row }) => percent(row.original.emptyBeforeArrival, 1),
          },
          { id: 'live', header: t('shadow.live'), cell: ({ row }) => instant(row.original.liveAt) },
          {
            id: 'total',
            header: t('orders.total'),
            meta: { align: 'end' },
            cell: ({ row: { original } }) => money(original.totalMinor, original.currency),
          },
        ]}
      />
    </Card>
  );
}
