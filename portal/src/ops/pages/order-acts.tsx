import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import type { OrderData } from './order.tsx';

type Status = OrderData['order']['status'];
type Act = 'approve' | 'delay' | 'cancel' | 'arrived';

/** As the API has it (api/orders/acts.ts); it decides, and refuses what came too late. */
const POSSIBLE: Readonly<Record<Act, readonly Status[]>> = {
  approve: ['proposed', 'announced'],
  delay: ['announced'],
  cancel: ['proposed', 'announced'],
  arrived: ['accepted', 'shipped', 'lost'],
};
const ACTS = ['approve', 'delay', 'cancel', 'arrived'] as const;
const DELAY_DAYS = 7;

/** What staff may do about it; each says in the history who did it and why. */
export function OrderActs({ page: { order, customerName, review } }: { readonly page: OrderData }) {
  const { t } = useTranslation('ops');
  const client = useQueryClient();
  const act = async (action: Act, reason: string) => {
    const body = { reason, ...(action === 'delay' ? { days: DELAY_DAYS } : {}) };
    await call('POST', `/v1/orders/${order.id}/${action}`, { body });
    await Promise.all(['orders', 'today'].map((topic) => client.invalidateQueries({ queryKey: [topic] })));
  };
  // What waits for review is approved there, with its two people.
  const isInReview = review?.status === 'pending' && order.status === 'announced';
  const possible = ACTS.filter(
    (action) => POSSIBLE[action].includes(order.status) && !(isInReview && action === 'approve'),
  );
  return possible.map((action) => (
    <ConfirmButton
      key={action}
      label={t(`orderPage.act.${action}.label`, { days: DELAY_DAYS })}
      title={t(`orderPage.act.${action}.title`, { days: DELAY_DAYS })}
      text={t(`orderPage.act.${action}.text`, { customer: customerName, days: DELAY_DAYS })}
      asksWhy
      {...(action === 'cancel' ? { color: 'brick', variant: 'light' } : {})}
      act={(reason) => act(action, reason)}
    />
  ));
}
