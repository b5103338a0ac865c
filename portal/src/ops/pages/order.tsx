import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { opsOrderPageSchema } from '../../../../contracts/http/ops/order-page.ts';
import type { Wire } from '../../api/wire.ts';
import { useOps } from '../data/queries.ts';
import { UNKNOWN, useFormat } from '../format.ts';
import details from '../ui/details.module.css';
import css from '../ui/ops.module.css';
import { Badge, Card, Facts, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { isOrderStatus, OrderBadge } from '../ui/status.tsx';
import { OrderActs } from './order-acts.tsx';
import { Merchant, Messages } from './order-answers.tsx';
import { Decisions } from './order-decisions.tsx';

export type OrderData = Wire<typeof opsOrderPageSchema>;

/** Everything about one order, wherever it is in its life. */
export function OrderPage() {
  const { orderId = '' } = useParams();
  const query = useOps<OrderData>('orders', `/v1/ops/orders/${encodeURIComponent(orderId)}`);
  return <QueryView query={query}>{(page) => <Page page={page} />}</QueryView>;
}

function Page({ page }: { readonly page: OrderData }) {
  const { order } = page;
  return (
    <>
      <PageHead title={`${order.quantity} × ${order.productName}`}>
        <OrderBadge status={order.status} />
        <OrderActs page={page} />
      </PageHead>
      <div className={css['stack']}>
        <Issues page={page} />
        <div className={css['grid']} data-columns="2">
          <div className={css['stack']}>
            <About page={page} />
            <Money page={page} />
            <Merchant page={page} />
          </div>
          <div className={css['stack']}>
            <Timeline page={page} />
            <Messages page={page} />
          </div>
        </div>
        <Decisions page={page} />
      </div>
    </>
  );
}

/** What is wrong with it now, before anything else. */
function Issues({ page: { order, review } }: { readonly page: OrderData }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  const isInReview = review?.status === 'pending' && order.status === 'announced';
  if (order.issues.length === 0 && !isInReview) return null;
  return (
    <Card title={t('orderPage.attention')}>
      <ul className={css['list']}>
        {isInReview ? (
          <li className={css['row']}>
            <Badge tone="warn">{t('nav.review')}</Badge>
            <Link to={`/ops/review?order=${order.id}`}>{t('orderPage.waitsForReview')}</Link>
          </li>
        ) : null}
        {order.issues.map(({ kind, reason, openedAt }) => (
          <li key={kind} className={css['row']}>
            <Badge tone="bad">{t(`issues.kind.${kind}`)}</Badge>
            <span>{reason}</span>
            <span className={css['dim']}>{instant(openedAt)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function About({ page }: { readonly page: OrderData }) {
  const { t } = useTranslation('ops');
  const { instant, date, percent } = useFormat();
  const { order, customerName, successorId, outcome } = page;
  const { arrivesFrom, arrivesTo } = order;
  const facts: (readonly [string, React.ReactNode])[] = [
    [
      t('customer'),
      <Link key="c" to={`/ops/orders?customerId=${order.customerId}`}>
        {customerName}
      </Link>,
    ],
    [
      t('consumable'),
      <span key="d">
        {order.consumableName} · <Link to={`/ops/devices/${order.deviceId}`}>{order.deviceName}</Link>
      </span>,
    ],
    [t('orderPage.wantedBy'), t(`orderPage.origin.${order.origin}`)],
    [t('orders.how'), t(order.consentId === null ? 'orders.approved' : 'orders.automatic')],
    [t('orderPage.cancelUntil'), instant(order.cancelUntil)],
    [t('orders.due'), instant(order.dueAt)],
    [
      t('orderPage.arrives'),
      arrivesFrom === null || arrivesTo === null ? UNKNOWN : `${date(arrivesFrom)} – ${date(arrivesTo)}`,
    ],
    [t('orders.status'), order.statusReason ?? UNKNOWN],
    ['ID', order.id],
  ];
  const linked = [
    [t('orderPage.replaces'), order.replacesOrderId],
    [t('orderPage.successor'), successorId],
  ] as const;
  for (const [label, id] of linked) {
    if (id !== null)
      facts.push([
        label,
        <Link key={label} to={`/ops/orders/${id}`}>
          {id}
        </Link>,
      ]);
  }
  if (outcome !== null) {
    const late = outcome.emptySince !== null;
    facts.push([
      t('orderPage.outcome'),
      late
        ? t('orderPage.late', { at: instant(outcome.emptySince) })
        : t('orderPage.inTime', { level: percent(outcome.levelAtDelivery) }),
    ]);
    if (outcome.levelAtSwap !== null) facts.push([t('fleet.columns.waste'), percent(outcome.levelAtSwap)]);
  }
  return (
    <Card title={t('order')}>
      <Facts rows={facts} />
    </Card>
  );
}

function Money({ page: { order, parcel } }: { readonly page: OrderData }) {
  const { t } = useTranslation('ops');
  const format = useFormat();
  const money = (minor: number) => format.money(minor, order.currency);
  const facts: (readonly [string, React.ReactNode])[] = [
    [t('orderPage.goods'), `${order.quantity} × ${money(order.unitPriceMinor)}`],
    [t('orderPage.shipping'), money(order.shippingMinor)],
    [t('orders.total'), <strong key="t">{money(order.totalMinor)}</strong>],
  ];
  if (order.refundedMinor !== null) facts.push([t('orderPage.refunded'), money(order.refundedMinor)]);
  return (
    <Card title={t('orderPage.money')}>
      <Facts rows={facts} />
      {parcel.length === 0 ? null : (
        <>
          <p className={css['dim']}>{t('orderPage.parcel')}</p>
          <ul className={css['list']}>
            {parcel.map(({ id, productName, status }) => (
              <li key={id} className={css['between']}>
                <Link to={`/ops/orders/${id}`}>{productName}</Link>
                {isOrderStatus(status) ? <OrderBadge status={status} /> : null}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

const ACTORS = ['customer', 'ops', 'merchant', 'worker', 'evaluation', 'telemetry'] as const;
const isActor = (text: string): text is (typeof ACTORS)[number] => ACTORS.some((actor) => actor === text);

function Timeline({ page: { order } }: { readonly page: OrderData }) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  return (
    <Card title={t('orderPage.timeline')}>
      <ol className={details['timeline']}>
        {order.history.map(({ at, fromStatus, toStatus, actor, reason }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: history is only added to
          <li key={index}>
            <span className={css['row']}>
              {fromStatus === toStatus ? null : <OrderBadge status={toStatus} />}
              <span className={css['dim']}>
                {instant(at)} · {isActor(actor) ? t(`orderPage.by.${actor}`) : actor}
              </span>
            </span>
            {reason === null ? null : <span>{reason}</span>}
          </li>
        ))}
      </ol>
    </Card>
  );
}
