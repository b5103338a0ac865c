import { IconWebhook } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { opsWebhooksSchema } from '../../../../contracts/http/ops/webhooks.ts';
import type { Wire } from '../../api/wire.ts';
import { Empty } from '../../ui/empty.tsx';
import { useOps } from '../data/queries.ts';
import { useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Badge, Card, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { ReplayDelivery } from '../ui/replay-delivery.tsx';
import { ReplayAll } from './webhooks-replay.tsx';

type Data = Wire<typeof opsWebhooksSchema>;

/** Who is told by webhook, how that goes, and which messages never came. */
export function Webhooks() {
  const { t } = useTranslation('ops');
  const query = useOps<Data>('messages', '/v1/ops/webhooks');
  return (
    <>
      <PageHead title={t('nav.webhooks')} />
      <QueryView query={query}>
        {(data) => (
          <div className={css['stack']}>
            <Endpoints endpoints={data.endpoints} />
            <Undelivered deliveries={data.undelivered} />
            <Incoming merchants={data.incoming} />
          </div>
        )}
      </QueryView>
    </>
  );
}

function Endpoints({ endpoints }: Pick<Data, 'endpoints'>) {
  const { t } = useTranslation('ops');
  const { number, date } = useFormat();
  return (
    <Card title={t('webhooks.endpoints')}>
      {endpoints.length === 0 ? (
        <Empty icon={<IconWebhook />} title={t('webhooks.none')} text={t('webhooks.noneText')} />
      ) : (
        <DataTable
          plain
          label={t('webhooks.endpoints')}
          rows={endpoints}
          rowId={({ id }) => id}
          columns={[
            {
              id: 'url',
              header: t('webhooks.address'),
              cell: ({ row: { original } }) => (
                <>
                  {original.host}
                  <small>
                    {original.kinds.length === 0 ? t('webhooks.allKinds') : original.kinds.join(', ')}
                  </small>
                </>
              ),
            },
            {
              id: 'customer',
              header: t('customer'),
              cell: ({ row }) => row.original.customerName ?? t('webhooks.staff'),
            },
            {
              id: 'state',
              header: t('webhooks.state'),
              cell: ({ row: { original } }) =>
                original.disabledAt === null ? (
                  <Badge tone="ok">{t('webhooks.on')}</Badge>
                ) : (
                  <>
                    <Badge tone="bad">{t('webhooks.off', { at: date(original.disabledAt) })}</Badge>
                    <small>{original.disabledReason}</small>
                  </>
                ),
            },
            {
              id: 'sent',
              header: t('webhooks.sent'),
              meta: { align: 'end' },
              cell: ({ row }) => number(row.original.sent),
            },
            {
              id: 'pending',
              header: t('webhooks.pending'),
              meta: { align: 'end' },
              cell: ({ row }) => number(row.original.pending),
            },
            {
              id: 'failed',
              header: t('webhooks.failed'),
              meta: { align: 'end' },
              cell: ({ row }) => number(row.original.failed),
            },
          ]}
        />
      )}
    </Card>
  );
}

function Undelivered({ deliveries }: { readonly deliveries: Data['undelivered'] }) {
  const { t } = useTranslation('ops');
  const { instant, number } = useFormat();
  return (
    <Card title={t('webhooks.undelivered')}>
      {deliveries.length === 0 ? (
        <p className={css['dim']}>{t('webhooks.allDelivered')}</p>
      ) : (
        <>
          <ReplayAll channels={new Set(deliveries.map(({ channel }) => channel))} />
          <DataTable
            plain
            label={t('webhooks.undelivered')}
            rows={deliveries}
            rowId={({ id }) => id}
            columns={[
              { id: 'at', header: t('when'), cell: ({ row }) => instant(row.original.createdAt) },
              { id: 'channel', header: t('webhooks.channel'), cell: ({ row }) => row.original.channel },
              { id: 'kind', header: t('webhooks.kind'), cell: ({ row }) => row.original.kind },
              {
                id: 'customer',
                header: t('customer'),
                cell: ({ row }) => row.original.customerName ?? t('webhooks.staff'),
              },
              {
                id: 'attempts',
                header: t('webhooks.attempts'),
                meta: { align: 'end' },
                cell: ({ row }) => number(row.original.attempts),
              },
              { id: 'error', header: t('webhooks.error'), cell: ({ row }) => row.original.lastError },
              {
                id: 'replay',
                header: () => <span className={css['unseen']}>{t('webhooks.replay')}</span>,
                meta: { align: 'end' },
                cell: ({ row }) => <ReplayDelivery id={row.original.id} />,
              },
            ]}
          />
        </>
      )}
    </Card>
  );
}

function Incoming({ merchants }: { readonly merchants: Data['incoming'] }) {
  const { t } = useTranslation('ops');
  const { number, relative } = useFormat();
  if (merchants.length === 0) return null;
  return (
    <Card title={t('webhooks.incoming')}>
      <ul className={css['list']}>
        {merchants.map(({ merchantId, name, lastMonth, lastAt }) => (
          <li key={merchantId} className={css['between']}>
            <span>{name}</span>
            <span className={css['dim']}>
              {t('webhooks.received', { count: lastMonth, total: number(lastMonth) })}
              {lastAt === null ? '' : ` · ${relative(lastAt)}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
