import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { contractWithdrawalSchema } from '../../../../contracts/http/jurisdictions.ts';
import { call } from '../../api/http.ts';
import { useMe } from '../../api/me.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';
import type { Order } from '../data/orders.ts';

type ContractWithdrawal = Wire<typeof contractWithdrawalSchema>;
const BOUGHT: readonly Order['status'][] = ['accepted', 'shipped', 'delivered', 'installed'];

/** The consumer's right to withdraw from a purchase: stated, then confirmed (Directive 2011/83/EU, Article 11a). */
export function Withdrawal({ order }: { readonly order: Order }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const format = useFormat(useCustomer().customer.timeZone);
  const isBought = BOUGHT.includes(order.status);
  const withdrawal = useQuery({
    queryKey: ['orders', 'withdrawal', order.id],
    enabled: isBought,
    queryFn: ({ signal }) => call<ContractWithdrawal>('GET', `/v1/orders/${order.id}/withdrawal`, { signal }),
  });
  if (withdrawal.data === undefined) return null;
  const { isOpen, confirmedAt, statedAt, lastDay } = withdrawal.data;
  if (!isOpen && confirmedAt === null) return null;
  return (
    <Card title={t('orders.withdrawal')}>
      {confirmedAt !== null ? (
        <Text>{t('orders.withdrawalDone', { when: format.moment(confirmedAt) })}</Text>
      ) : (
        <Stack>
          <Text>
            {lastDay === null
              ? t('orders.withdrawalOpenText')
              : t('orders.withdrawalText', { day: format.date(lastDay) })}
          </Text>
          {may ? <WithdrawalForm orderId={order.id} isStated={statedAt !== null} /> : null}
        </Stack>
      )}
    </Card>
  );
}

function WithdrawalForm({ orderId, isStated }: { readonly orderId: string; readonly isStated: boolean }) {
  const { t } = useTranslation('customer');
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState(me.data?.name ?? '');
  const [contact, setContact] = useState(me.data?.email ?? '');
  const onSuccess = () => client.invalidateQueries({ queryKey: ['orders'] });
  const state = useMutation({
    mutationFn: () => call('POST', `/v1/orders/${orderId}/withdrawal`, { body: { name, contact } }),
    onSuccess,
  });
  const confirm = useMutation({
    mutationFn: () => call('POST', `/v1/orders/${orderId}/withdrawal/confirm`),
    onSuccess,
  });
  if (isStated) {
    return (
      <>
        <ProblemNote error={confirm.error} />
        <Button color="brick" loading={confirm.isPending} onClick={() => confirm.mutate()}>
          {t('orders.withdrawalConfirm')}
        </Button>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        state.mutate();
      }}
    >
      <Stack>
        <TextInput
          label={t('orders.withdrawalName')}
          autoComplete="name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('orders.withdrawalContact')}
          type="email"
          autoComplete="email"
          required
          value={contact}
          onChange={(event) => setContact(event.currentTarget.value)}
        />
        <ProblemNote error={state.error} />
        <Button type="submit" variant="default" loading={state.isPending}>
          {t('orders.withdrawalState')}
        </Button>
      </Stack>
    </form>
  );
}
