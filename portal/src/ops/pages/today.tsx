import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { todaySchema } from '../../../../contracts/http/ops/today.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import { Level } from '../ui/level.tsx';
import css from '../ui/ops.module.css';
import { Badge, Card, PageHead, Tile, type Tone } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { isOrderStatus, OrderBadge } from '../ui/status.tsx';

type Data = Wire<typeof todaySchema>;

const DAY_MS = 86_400_000;
/** As the server counts them. */
const SILENT_DAYS = 3;
/** Readings wait a minute for their evaluation: something is slow. */
const LAG_TO_WORRY_SECONDS = 60;

export function Today() {
  const { t } = useTranslation('ops');
  const format = useFormat();
  const query = useOps<Data>('today', '/v1/ops/today');
  return (
    <>
      <PageHead title={t('nav.today')}>
        {query.data === undefined ? null : (
          <span className={css['dim']}>{t('today.at', { at: format.instant(query.data.at) })}</span>
        )}
      </PageHead>
      <QueryView query={query}>
        {(today) => (
          <>
            <Counts today={today} />
            <div className={css['grid']} data-columns="table-first">
              <Soonest today={today} />
              <div className={css['stack']}>
                <Usual today={today} />
                <Merchants today={today} />
                <Refusals today={today} />
              </div>
            </div>
          </>
        )}
      </QueryView>
    </>
  );
}

interface Count {
  readonly key:
    | 'runOut'
    | 'empty'
    | 'review'
    | 'halts'
    | 'silent'
    | 'waiting'
    | 'jobs'
    | 'issues'
    | 'deadLetters'
    | 'notDelivered'
    | 'announced'
    | 'onTheWay'
    | 'orders';
  readonly count: number;
  readonly to?: string;
  /** Of a count above zero. */
  readonly tone?: Tone;
  readonly hint?: string | undefined;
}

function Counts({ today }: { readonly today: Data }) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  return (
    <ul className={css['tiles']} data-columns="5">
      {useTrouble(today).map(({ key, count, tone, ...tile }) => (
        <Tile
          key={key}
          {...tile}
          value={number(count)}
          label={t(`today.${key}`)}
          tone={tone === undefined ? 'plain' : count > 0 ? tone : 'ok'}
        />
      ))}
    </ul>
  );
}

/** An instant so many days from the platform's now, for an address. */
const from = (today: Data, days: number): string =>
  encodeURIComponent(new Date(Date.parse(today.at) + days * DAY_MS).toISOString());

/** What somebody should look at. */
function useTrouble(today: Data): Count[] {
  const { t } = useTranslation('ops');
  const { number, relative } = useFormat();
  const { runningOut, review, halts, silentDevices, merchants, stuckJobs, deadLetters, notDelivered } = today;
  const late = review.late > 0;
  const lags = stuckJobs.queueLagSeconds > LAG_TO_WORRY_SECONDS;
  return [
    {
      key: 'runOut',
      count: runningOut.within7Days,
      tone: 'warn',
      to: `/ops/consumables?runOutBefore=${from(today, 7)}`,
    },
    { key: 'empty', count: runningOut.empty, tone: 'bad', to: '/ops/consumables?empty=true&sort=newest' },
    {
      key: 'review',
      count: review.pending,
      tone: late ? 'bad' : 'warn',
      to: '/ops/review',
      hint: late ? t('today.late', { count: review.late }) : undefined,
    },
    {
      key: 'halts',
      count: halts.length,
      tone: 'bad',
      to: '/ops/halt',
      hint: halts.some(({ automatic }) => automatic) ? t('today.breaker') : undefined,
    },
    {
      key: 'silent',
      count: silentDevices.count,
      tone: 'warn',
      to: `/ops/devices?sort=silent&silentSince=${from(today, -SILENT_DAYS)}`,
      hint: silentDevices.longestSince === null ? undefined : relative(silentDevices.longestSince),
    },
    {
      key: 'waiting',
      count: merchants.reduce((sum, { waiting }) => sum + waiting, 0),
      tone: 'bad',
      to: '/ops/orders?stuck=true&sort=oldest',
    },
    {
      key: 'jobs',
      count: stuckJobs.failed + stuckJobs.overdue,
      tone: 'bad',
      to: '/ops/jobs',
      hint: lags ? t('today.lag', { seconds: number(stuckJobs.queueLagSeconds) }) : undefined,
    },
    { key: 'issues', count: today.issues, tone: 'bad', to: '/ops/issues?open=true' },
    { key: 'deadLetters', count: deadLetters.lastDay, tone: 'warn', to: '/ops/dead-letters' },
    {
      key: 'notDelivered',
      count: notDelivered.notices + notDelivered.webhooks,
      tone: 'warn',
      to: '/ops/webhooks',
    },
  ];
}

const usual = (today: Data): Count[] => [
  { key: 'announced', count: today.orders.announced, to: '/ops/orders?status=announced&sort=due' },
  { key: 'onTheWay', count: today.orders.onTheWay, to: '/ops/orders?status=accepted,shipped' },
  { key: 'orders', count: today.orders.today, to: `/ops/orders?from=${from(today, -1)}` },
];

/** What goes its way. */
function Usual({ today }: { readonly today: Data }) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  return (
    <Card title={t('nav.orders')}>
      <ul className={css['list']}>
        {usual(today).map(({ key, count, to = '/ops/orders' }) => (
          <li key={key} className={css['between']}>
            <Link to={to}>{t(`today.${key}`)}</Link>
            <strong>{number(count)}</strong>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Soonest({ today }: { readonly today: Data }) {
  const { t } = useTranslation('ops');
  const { date, relative } = useFormat();
  const { soonest } = today.runningOut;
  return (
    <Card title={t('today.soonest')}>
      {soonest.length === 0 ? (
        <Empty icon={<IconCircleCheck />} title={t('today.nothing')} text={t('today.nothingText')} />
      ) : (
        <DataTable
          plain
          label={t('today.soonest')}
          rows={soonest}
          rowId={({ consumableId }) => consumableId}
          columns={[
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
            { id: 'customer', header: t('customer'), cell: ({ row }) => row.original.customerName },
            {
              id: 'level',
              header: t('consumables.level'),
              cell: ({ row }) => <Level level={row.original.level} />,
            },
            {
              id: 'runOut',
              header: t('consumables.runOut'),
              cell: ({ row }) => (
                <>
                  {date(row.original.runOutP50)}
                  <small>{relative(row.original.runOutP50)}</small>
                </>
              ),
            },
            {
              id: 'order',
              header: t('order'),
              cell: ({ row: { original } }) =>
                isOrderStatus(original.openOrderStatus) ? (
                  <OrderBadge status={original.openOrderStatus} />
                ) : (
                  t('today.noOrder')
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}

function Merchants({ today: { merchants } }: { readonly today: Data }) {
  const { t } = useTranslation('ops');
  return (
    <Card title={t('today.merchants')}>
      {merchants.length === 0 ? (
        <p className={css['dim']}>{t('today.merchantsFine')}</p>
      ) : (
        <ul className={css['list']}>
          {merchants.map(({ merchantId, name, accepted, rejected, waiting }) => (
            <li key={merchantId} className={css['between']}>
              <Link to={`/ops/orders?merchantId=${merchantId}`}>{name}</Link>
              <span className={css['row']}>
                {waiting > 0 ? <Badge tone="bad">{t('today.unanswered', { count: waiting })}</Badge> : null}
                {rejected > 0 ? <Badge tone="warn">{t('today.rejected', { count: rejected })}</Badge> : null}
                <Badge>{t('today.accepted', { count: accepted })}</Badge>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Refusals({ today: { deadLetters } }: { readonly today: Data }) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  const reasons = Object.entries(deadLetters.byReason).toSorted(([, a], [, b]) => b - a);
  return (
    <Card title={t('today.refused')}>
      {reasons.length === 0 ? (
        <p className={css['dim']}>{t('today.refusedNone')}</p>
      ) : (
        <ul className={css['list']}>
          {reasons.map(([reason, count]) => (
            <li key={reason} className={css['between']}>
              <Link to={`/ops/dead-letters?reason=${encodeURIComponent(reason)}`}>{reason}</Link>
              <span>{number(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
