import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import type { Order } from '../data/orders.ts';

/** Enough to come back from a trip, little enough that the forecast still holds. */
const DAYS = 7;

/** Puts an announced order off by a week. It stays announced, so nothing is lost by a slip: it can be cancelled. */
export function Delay({ order }: { readonly order: Order }) {
  const { t } = useTranslation('customer');
  const client = useQueryClient();
  const delay = useMutation({
    mutationFn: () => call('POST', `/v1/orders/${order.id}/delay`, { body: { days: DAYS } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['orders'] }),
  });
  return (
    <>
      <Button
        variant="default"
        loading={delay.isPending}
        disabled={delay.isSuccess}
        onClick={() => delay.mutate()}
      >
        {delay.isSuccess ? t('orders.delayed', { count: DAYS }) : t('orders.delay', { count: DAYS })}
      </Button>
      <ProblemNote error={delay.error} />
    </>
  );
}
