import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { pushKeySchema } from '../../../../contracts/http/messages.ts';
import { call } from '../../api/http.ts';
import { ProblemError } from '../../api/problem.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useCustomer, useMay } from '../current-customer.tsx';

const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in globalThis;

/** Web Push for this browser. Asked for by a button, never by itself. */
export function Push() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const may = useMay('member');
  const client = useQueryClient();
  const state = useQuery({
    queryKey: ['push', 'subscribed'],
    enabled: canPush(),
    queryFn: async () => {
      const registration = await navigator.serviceWorker.getRegistration('/');
      return (await registration?.pushManager.getSubscription()) != null;
    },
  });
  const onSuccess = () => client.invalidateQueries({ queryKey: ['push'] });
  const on = useMutation({ mutationFn: () => subscribe(customer.id), onSuccess });
  const off = useMutation({ mutationFn: unsubscribe, onSuccess });
  const isDenied = canPush() && Notification.permission === 'denied';
  return (
    <Card title={t('messages.push')}>
      <Text mb="sm">
        {canPush()
          ? isDenied
            ? t('messages.pushDenied')
            : t('messages.pushText')
          : t('messages.pushUnavailable')}
      </Text>
      {canPush() && !isDenied && may ? (
        <Button
          variant="default"
          loading={on.isPending || off.isPending}
          onClick={() => (state.data === true ? off.mutate() : on.mutate())}
        >
          {state.data === true ? t('messages.pushOff') : t('messages.pushOn')}
        </Button>
      ) : null}
      {on.isError && !(on.error instanceof ProblemError) ? (
        <Text role="alert" mt="xs">
          {t('messages.pushFailed')}
        </Text>
      ) : (
        <ProblemNote error={on.error ?? off.error} />
      )}
    </Card>
  );
}

async function subscribe(customerId: string): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') return;
  const { publicKey } = await call<Wire<typeof pushKeySchema>>('GET', '/v1/push-key');
  await navigator.serviceWorker.register('/sw.js');
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: publicKey,
  });
  const { endpoint, keys } = subscription.toJSON();
  await call('POST', `/v1/customers/${customerId}/push-subscriptions`, { body: { endpoint, keys } });
}

/** The push service answers the next message with "gone", and the API forgets the subscription. */
async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/');
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
