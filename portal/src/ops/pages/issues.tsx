import { IconCircleCheck } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { opsIssueSchema } from '../../../../contracts/http/ops/lists.ts';
import { ISSUE_KINDS } from '../../../../contracts/http/orders.ts';
import type { Wire } from '../../api/wire.ts';
import { useFormat } from '../format.ts';
import type { Columns } from '../ui/data-table.tsx';
import { ListPage } from '../ui/list-page.tsx';
import css from '../ui/ops.module.css';
import { Badge } from '../ui/parts.tsx';
import { OrderBadge } from '../ui/status.tsx';

type Issue = Wire<typeof opsIssueSchema>;

/** What is late, lost, refused or cannot be had. */
export function Issues() {
  const { t } = useTranslation('ops');
  const columns = useColumns();
  return (
    <ListPage<Issue>
      title={t('nav.issues')}
      topic="orders"
      path="/v1/ops/issues"
      columns={columns}
      rowId={({ id }) => id}
      fields={[
        {
          name: 'open',
          label: t('issues.state'),
          choices: [
            { value: 'true', label: t('issues.open') },
            { value: 'false', label: t('issues.isResolved') },
          ],
        },
        {
          name: 'kind',
          label: t('issues.what'),
          choices: ISSUE_KINDS.map((value) => ({ value, label: t(`issues.kind.${value}`) })),
        },
        {
          name: 'audience',
          label: t('issues.audience'),
          choices: (['ops', 'customer'] as const).map((value) => ({
            value,
            label: t(`issues.audiences.${value}`),
          })),
        },
        {
          name: 'sort',
          label: t('list.sort'),
          choices: (['oldest', 'newest'] as const).map((value) => ({
            value,
            label: t(`issues.sort.${value}`),
          })),
        },
      ]}
      fixed={{ customerId: t('list.oneCustomer') }}
      empty={{ icon: <IconCircleCheck />, title: t('issues.none'), text: t('issues.noneText') }}
    />
  );
}

function useColumns(): Columns<Issue> {
  const { t } = useTranslation('ops');
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'kind',
        header: t('issues.what'),
        cell: ({ row: { original } }) => (
          <>
            <Badge tone={original.resolvedAt === null ? 'bad' : 'plain'}>
              {t(`issues.kind.${original.kind}`)}
            </Badge>
            <small>{original.reason}</small>
          </>
        ),
      },
      {
        id: 'since',
        header: t('issues.since'),
        cell: ({ row: { original } }) => (
          <>
            <span className={css['time']}>{format.instant(original.openedAt)}</span>
            <small>
              {original.resolvedAt === null
                ? format.relative(original.openedAt)
                : t('issues.resolved', { at: format.instant(original.resolvedAt) })}
            </small>
          </>
        ),
      },
      {
        id: 'order',
        header: t('order'),
        cell: ({ row: { original } }) =>
          original.orderId === null || original.orderStatus === null ? null : (
            <>
              <Link to={`/ops/orders/${original.orderId}`}>
                <OrderBadge status={original.orderStatus} />
              </Link>
              <small>{original.merchantName}</small>
            </>
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
      { id: 'customer', header: t('customer'), cell: ({ row }) => row.original.customerName },
      {
        id: 'audience',
        header: t('issues.audience'),
        cell: ({ row }) => t(`issues.audiences.${row.original.audience}`),
      },
    ],
    [t, format],
  );
}
