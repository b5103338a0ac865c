import { useTranslation } from 'react-i18next';
import { ORDER_STATUSES } from '../../../../contracts/http/orders.ts';
import { Badge, type Tone } from './parts.tsx';

export type OrderStatus = (typeof ORDER_STATUSES)[number];

const TONES: Readonly<Record<OrderStatus, Tone>> = {
  proposed: 'warn',
  announced: 'warn',
  placing: 'warn',
  accepted: 'ok',
  shipped: 'ok',
  delivered: 'ok',
  installed: 'plain',
  declined: 'plain',
  cancelled: 'plain',
  expired: 'plain',
  rejected: 'bad',
  returned: 'bad',
  lost: 'bad',
};

export function OrderBadge({ status }: { readonly status: OrderStatus }) {
  const { t } = useTranslation('ops');
  return <Badge tone={TONES[status]}>{t(`status.${status}`)}</Badge>;
}

export const isOrderStatus = (text: string | null): text is OrderStatus =>
  ORDER_STATUSES.some((status) => status === text);
