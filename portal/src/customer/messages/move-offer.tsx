import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import { useOrder } from '../data/orders.ts';

/** A placed order that would arrive while nobody is there: the merchant is asked only on this click. */
export function MoveOffer({ orderId }: { readonly orderId: string }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const client = useQueryClient();
  const order = useOrder(orderId);
  const move = useMutation({
    mutationFn: () => call('POST', `/v1/orders/${orderId}/move`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['orders'] }),
  });
  if (!may || order.data?.status !== 'accepted') return null;
  return (
    <div>
      <Button
        variant="default"
        size="sm"
        disabled={move.isSuccess}
        loading={move.isPending}
        onClick={() => move.mutate()}
      >
        {move.isSuccess ? t('orders.moveAsked') : t('orders.move')}
      </Button>
      <ProblemNote error={move.error} />
    </div>
  );
}
