import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { createElement } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { isProblem } from '../../api/problem.ts';
import type { Order } from '../data/orders.ts';
import { UndoNotice } from './undo-notice.tsx';

type Decision = 'cancel' | 'approve' | 'decline' | 'skip';

/** Long enough to notice a slip of the thumb. */
const UNDO_MS = 6_000;
const AFTER: Readonly<Record<Decision, Order['status']>> = {
  cancel: 'cancelled',
  approve: 'announced',
  decline: 'declined',
  skip: 'declined',
};
const WORDS = { cancel: 'cancelled', approve: 'approved', decline: 'declined', skip: 'skipped' } as const;

/** Orders whose decision is on its way: a second click does nothing. */
const underWay = new Set<string>();

/**
 * Decides about an order with one tap. The screen shows it at once; the API is told when the time to undo is over,
 * or when the page is left before. A refusal puts everything back as it is.
 */
export function useDecide(): (order: Order, decision: Decision) => void {
  const { t } = useTranslation('customer');
  const client = useQueryClient();
  return (order, decision) => {
    if (underWay.has(order.id)) return;
    underWay.add(order.id);
    const show = (status: Order['status']) => {
      client.setQueriesData<readonly Order[]>({ queryKey: ['orders', 'list'] }, (orders) =>
        orders?.map((other) => (other.id === order.id ? { ...other, status } : other)),
      );
      client.setQueriesData<Order>({ queryKey: ['orders', 'one', order.id] }, (one) =>
        one === undefined ? one : { ...one, status },
      );
    };
    const settle = () => {
      clearTimeout(timer);
      removeEventListener('pagehide', send);
      underWay.delete(order.id);
      notifications.hide(order.id);
    };
    const send = () => {
      settle();
      call('POST', `/v1/orders/${order.id}/${decision}`, { body: {}, keepalive: true })
        .catch((error: unknown) => {
          const message = isProblem(error, 'wrong-status') ? t('orders.moved') : (error as Error).message;
          notifications.show({ color: 'brick', message });
        })
        .finally(() => client.invalidateQueries({ queryKey: ['orders'] }));
    };
    const undo = () => {
      settle();
      show(order.status);
    };
    show(AFTER[decision]);
    const timer = setTimeout(send, UNDO_MS);
    addEventListener('pagehide', send);
    const text = t(`orders.${WORDS[decision]}`, { product: order.productName });
    notifications.show({
      id: order.id,
      autoClose: false,
      withCloseButton: false,
      message: createElement(UndoNotice, { text, undo }),
    });
  };
}
