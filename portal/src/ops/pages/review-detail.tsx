import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { platformNow } from '../../api/platform-time.ts';
import { RunOutFan } from '../charts/run-out-fan.tsx';
import { useFormat } from '../format.ts';
import { DataTable } from '../ui/data-table.tsx';
import css from '../ui/ops.module.css';
import { Badge, Card, Facts } from '../ui/parts.tsx';
import { isOrderStatus, OrderBadge } from '../ui/status.tsx';
import type { ReviewItem } from './review.tsx';

/** Everything that somebody decides on: why it waits, the forecast, the customer's history and terms, prices. */
export function ReviewDetail({ item }: { readonly item: ReviewItem }) {
  return (
    <div className={css['stack']} key={item.orderId}>
      <Order item={item} />
      <div className={css['grid']} data-columns="2">
        <Forecast item={item} />
        <Terms item={item} />
      </div>
      <Prices item={item} />
    </div>
  );
}

function Order({ item }: { readonly item: ReviewItem }) {
  const { t } = useTranslation('ops');
  const { money, instant } = useFormat();
  const { order, flags, votes, approvalsNeeded } = item;
  return (
    <Card title={`${order.quantity} × ${order.productName}`}>
      <div className={css['stack']}>
        <p>
          <Link to={`/ops/orders/${item.orderId}`}>{t('review.open')}</Link>
        </p>
        <ul className={css['list']}>
          {flags.map(({ flag, reason }) => (
            <li key={flag} className={css['row']}>
              <Badge tone="warn">{t(`review.flag.${flag}`)}</Badge>
              <span>{reason}</span>
            </li>
          ))}
        </ul>
        <Facts
          rows={[
            [
              t('customer'),
              <Link key="c" to={`/ops/orders?customerId=${order.customerId}`}>
                {order.customerName}
              </Link>,
            ],
            [
              t('device'),
              <span key="d">
                <Link to={`/ops/devices/${order.deviceId}`}>{order.deviceName}</Link> · {order.deviceModel}
                {order.firmware === null ? '' : ` · ${order.firmware}`}
              </span>,
            ],
            [
              t('orders.total'),
              `${money(order.totalMinor, order.currency)} (${order.quantity} × ${money(order.unitPriceMinor, order.currency)})`,
            ],
            [t('merchant'), order.merchantName],
            [t('review.decideBy'), instant(item.decideBy)],
          ]}
        />
        {approvalsNeeded > 1 ? (
          <p className={css['row']}>
            <Badge tone="warn">
              {t('review.approvals', {
                given: votes.filter(({ verdict }) => verdict === 'approve').length,
                needed: approvalsNeeded,
              })}
            </Badge>
            <span className={css['dim']}>{t('review.twoPeopleText')}</span>
          </p>
        ) : null}
        {votes.map(({ actor, verdict, reason, at }) => (
          <p key={`${actor}${at}`} className={css['dim']}>
            {instant(at)} · {actor} · {t(`review.verdict.${verdict}`)}
            {reason === null ? '' : `: ${reason}`}
          </p>
        ))}
      </div>
    </Card>
  );
}

function Forecast({ item: { forecast } }: { readonly item: ReviewItem }) {
  const { t } = useTranslation('ops');
  const { percent } = useFormat();
  if (forecast === null) return <Card title={t('review.forecast')}>{t('review.noForecast')}</Card>;
  const { level, p10, p50, p90, score, sentence } = forecast;
  return (
    <Card title={t('review.forecast')}>
      <p>{sentence}</p>
      {level === null ? null : <RunOutFan now={platformNow()} level={level} p10={p10} p50={p50} p90={p90} />}
      <p className={css['dim']}>{t('review.score', { score: percent(score) })}</p>
    </Card>
  );
}

function Terms({ item: { mandate, customerOrders } }: { readonly item: ReviewItem }) {
  const { t } = useTranslation('ops');
  const { money, date, number } = useFormat();
  return (
    <Card title={t('review.history')}>
      <div className={css['stack']}>
        <p className={css['row']}>
          {Object.entries(customerOrders).map(([status, count]) =>
            isOrderStatus(status) ? (
              <span key={status} className={css['row']}>
                <OrderBadge status={status} /> {number(count ?? 0)}
              </span>
            ) : null,
          )}
        </p>
        {mandate === null ? (
          <p className={css['dim']}>{t('review.noMandate')}</p>
        ) : (
          <Facts
            rows={[
              [t('review.granted'), date(mandate.grantedAt)],
              [t('review.maxPrice'), money(mandate.maxUnitPriceMinor, mandate.currency)],
              [t('review.maxSpend'), money(mandate.maxSpendPerMonthMinor, mandate.currency)],
              [t('review.maxQuantity'), number(mandate.maxQuantity)],
              [t('review.maxOrders'), number(mandate.maxOrdersPerMonth)],
            ]}
          />
        )}
      </div>
    </Card>
  );
}

function Prices({ item: { priceHistory, order } }: { readonly item: ReviewItem }) {
  const { t } = useTranslation('ops');
  const { money, date, percent } = useFormat();
  if (priceHistory.length === 0) return <Card title={t('review.prices')}>{t('review.noPrices')}</Card>;
  return (
    <Card title={t('review.prices')}>
      <DataTable
        plain
        label={t('review.prices')}
        rows={priceHistory}
        rowId={({ at }) => at}
        columns={[
          { id: 'at', header: t('when'), cell: ({ row }) => date(row.original.at) },
          {
            id: 'price',
            header: t('review.unitPrice'),
            meta: { align: 'end' },
            cell: ({ row }) => money(row.original.unitPriceMinor, order.currency),
          },
          {
            id: 'difference',
            header: t('review.difference'),
            meta: { align: 'end' },
            cell: ({ row }) =>
              row.original.unitPriceMinor === 0
                ? ''
                : percent(order.unitPriceMinor / row.original.unitPriceMinor - 1),
          },
        ]}
      />
    </Card>
  );
}
