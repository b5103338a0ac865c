import { useTranslation } from 'react-i18next';
import { UNKNOWN, useFormat } from '../format.ts';
import css from '../ui/ops.module.css';
import { Badge, Card, Facts, type Tone } from '../ui/parts.tsx';
import { ReplayDelivery } from '../ui/replay-delivery.tsx';
import type { OrderData } from './order.tsx';

interface Props {
  readonly page: OrderData;
}

/** What the merchant said: its price, its name for the order, its refusal, its answers to returns. */
export function Merchant({ page: { order, quote } }: Props) {
  const { t } = useTranslation('ops');
  const { instant, money } = useFormat();
  const facts: (readonly [string, React.ReactNode])[] = [
    [t('merchant'), order.merchantName],
    [t('orderPage.reference'), order.merchantReference ?? UNKNOWN],
    [t('orderPage.placedAt'), instant(order.placedAt)],
    [t('orderPage.acceptedAt'), instant(order.acceptedAt)],
  ];
  if (quote !== null) facts.push([t('orderPage.quote'), <Quote key="q" quote={quote} />]);
  if (order.rejectionCode !== null) facts.push([t('orderPage.rejection'), order.rejectionCode]);
  if (order.nextStep !== null) facts.push([t('orderPage.nextStep'), order.nextStep.code]);
  return (
    <Card title={t('orderPage.answers')}>
      <Facts rows={facts} />
      {order.problems.length === 0 ? null : (
        <ul className={css['list']}>
          {order.problems.map(({ id, kind, wants, status, note, answer, reportedAt, refundMinor }) => (
            <li key={id}>
              <span className={css['row']}>
                <Badge tone="warn">{t(`orderPage.problem.${kind}`)}</Badge>
                <Badge tone={PROBLEM_TONES[status]}>{t(`orderPage.problemStatus.${status}`)}</Badge>
                <span className={css['dim']}>
                  {instant(reportedAt)} · {t(`orderPage.wants.${wants}`)}
                  {refundMinor === null ? '' : ` · ${money(refundMinor, order.currency)}`}
                </span>
              </span>
              {note === null ? null : <p>“{note}”</p>}
              {answer === null ? null : <p>{answer}</p>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

type ProblemStatus = OrderData['order']['problems'][number]['status'];
const PROBLEM_TONES: Readonly<Record<ProblemStatus, Tone>> = {
  open: 'warn',
  agreed: 'ok',
  refused: 'bad',
  settled: 'plain',
};

function Quote({ quote }: { readonly quote: NonNullable<OrderData['quote']> }) {
  const { t } = useTranslation('ops');
  const { instant, money } = useFormat();
  const { status, unitPriceMinor, shippingMinor, currency, validUntil, binding, detail } = quote;
  if (status !== 'quoted' || unitPriceMinor === null || currency === null) {
    return <>{detail ?? t('orderPage.noQuote')}</>;
  }
  return (
    <>
      {money(unitPriceMinor, currency)} + {money(shippingMinor ?? 0, currency)}{' '}
      <span className={css['dim']}>
        {t(binding ? 'orderPage.binding' : 'orderPage.notBinding', { at: instant(validUntil) })}
      </span>
    </>
  );
}

type Delivery = OrderData['messages'][number]['deliveries'][number];
const TONES: Readonly<Record<Delivery['status'], Tone>> = {
  sent: 'ok',
  pending: 'warn',
  failed: 'bad',
  suppressed: 'plain',
};

/** What was said of it, by which way, and whether it came. */
export function Messages({ page: { messages } }: Props) {
  const { t } = useTranslation('ops');
  const { instant } = useFormat();
  return (
    <Card title={t('orderPage.messages')}>
      {messages.length === 0 ? (
        <p className={css['dim']}>{t('orderPage.noMessages')}</p>
      ) : (
        <ul className={css['list']}>
          {messages.map(({ id, subject, createdAt, readAt, deliveries }) => (
            <li key={id}>
              <span className={css['between']}>
                <strong>{subject}</strong>
                <span className={css['dim']}>
                  {instant(createdAt)}
                  {readAt === null ? '' : ` · ${t('orderPage.read', { at: instant(readAt) })}`}
                </span>
              </span>
              {deliveries.map((delivery) => (
                <span key={delivery.id} className={css['row']}>
                  <Badge tone={TONES[delivery.status]}>
                    {delivery.channel}: {t(`orderPage.delivery.${delivery.status}`)}
                  </Badge>
                  <span className={css['dim']}>
                    {instant(delivery.sentAt ?? delivery.dueAt)}
                    {delivery.lastError === null ? '' : ` · ${delivery.lastError}`}
                  </span>
                  {delivery.status === 'failed' ? <ReplayDelivery id={delivery.id} /> : null}
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
