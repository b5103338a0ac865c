import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMay } from '../current-customer.tsx';
import type { Order } from '../data/orders.ts';
import { Delay } from './delay.tsx';
import { useDecide } from './use-decide.ts';

/** What can be decided about an order as it stands. */
export function OrderActions({ order }: { readonly order: Order }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const decide = useDecide();
  if (!may) return null;
  if (order.status === 'proposed') {
    return (
      <Group>
        <Button onClick={() => decide(order, 'approve')}>{t('orders.approve')}</Button>
        <Button variant="default" onClick={() => decide(order, 'decline')}>
          {t('orders.decline')}
        </Button>
        <Button variant="subtle" onClick={() => decide(order, 'skip')}>
          {t('orders.skip')}
        </Button>
      </Group>
    );
  }
  if (order.status !== 'announced') return null;
  return (
    <Group>
      <Button variant="default" onClick={() => decide(order, 'cancel')}>
        {t('orders.cancel')}
      </Button>
      <Delay order={order} />
      <Button variant="subtle" onClick={() => decide(order, 'skip')}>
        {t('orders.skip')}
      </Button>
    </Group>
  );
}
