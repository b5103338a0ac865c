import { Button } from '@mantine/core';
import { IconShoppingCart } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { call } from '../../api/http.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useMay } from '../current-customer.tsx';
import type { Consumable } from '../data/consumables.ts';
import type { Order } from '../data/orders.ts';

/**
 * Two clicks buy: the second says that it costs, and what (Directive 2011/83/EU, Article 8(2)). It is placed at once;
 * the key makes a double click the same order.
 */
export function OrderNow({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const client = useQueryClient();
  const navigate = useNavigate();
  const format = useFormat();
  const [isAsked, setAsked] = useState(false);
  const [key] = useState(() => crypto.randomUUID());
  const order = useMutation({
    mutationFn: () =>
      call<Order>('POST', `/v1/consumables/${consumable.id}/orders`, {
        body: {},
        headers: { 'idempotency-key': key },
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries();
      await navigate(`/orders/${id}`);
    },
  });
  if (!may || consumable.product === null || consumable.openOrder !== null) return null;
  const { name, unitPriceMinor, currency } = consumable.product;
  const price = format.money(unitPriceMinor, currency);
  return (
    <>
      <Button
        size="compact-md"
        variant={isAsked ? 'filled' : 'light'}
        leftSection={<IconShoppingCart size={18} aria-hidden />}
        loading={order.isPending}
        onClick={() => (isAsked ? order.mutate() : setAsked(true))}
      >
        {isAsked ? t('consumable.orderConfirm', { price, product: name }) : t('consumable.orderNow')}
      </Button>
      <ProblemNote error={order.error} />
    </>
  );
}
