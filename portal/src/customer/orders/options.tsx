import { Button, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useMay } from '../current-customer.tsx';
import type { Order } from '../data/orders.ts';

/** What else would do for a proposal: another one is approved in place of the first. */
export function Options({ order }: { readonly order: Order }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const format = useFormat();
  const client = useQueryClient();
  const [productId, setProductId] = useState(order.productId);
  const approve = useMutation({
    mutationFn: () => call('POST', `/v1/orders/${order.id}/approve`, { body: { productId } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['orders'] }),
  });
  const options = order.options ?? [];
  if (order.status !== 'proposed' || options.length < 2 || !may) return null;
  return (
    <Stack mt="md">
      <Radio.Group label={t('orders.options')} value={productId} onChange={setProductId}>
        <Stack gap="xs" mt="xs">
          {options.map(
            ({ productId: id, product, quantity, unitPriceMinor, perFillingMinor, currency, best }) => (
              <Radio
                key={id}
                value={id}
                label={<Text fw={best ? 600 : 450}>{product}</Text>}
                description={[
                  t('orders.quantity', { count: quantity, price: format.money(unitPriceMinor, currency) }),
                  t('consumable.perFilling', { price: format.money(Math.round(perFillingMinor), currency) }),
                  ...(best ? [t('orders.best')] : []),
                ].join(' · ')}
              />
            ),
          )}
        </Stack>
      </Radio.Group>
      <ProblemNote error={approve.error} />
      {productId === order.productId ? null : (
        <Button loading={approve.isPending} onClick={() => approve.mutate()}>
          {t('orders.approveThis')}
        </Button>
      )}
    </Stack>
  );
}
