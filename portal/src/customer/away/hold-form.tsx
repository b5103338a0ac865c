import { Button, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { newHoldSchema } from '../../../../contracts/http/holds.ts';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useCustomer } from '../current-customer.tsx';
import { useAddresses } from '../data/addresses.ts';
import { useDevices } from '../data/consumables.ts';
import { type Hold, useHolds } from '../data/holds.ts';
import { Effect } from './hold-effect.tsx';

/** The calendar and its date library come when somebody goes away, not before. */
const HoldCalendar = lazy(async () => ({ default: (await import('./hold-calendar.tsx')).HoldCalendar }));

/** What is held for: everything, an address, or a device, as values of one list. */
const [DEVICE, ADDRESS] = ['device ', 'address '];
const idIn = (scope: string, kind: string): string | null =>
  scope.startsWith(kind) ? scope.slice(kind.length) : null;

/** Chooses days in a calendar that shows those already held, and says at once what it would do. */
export function HoldForm() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const client = useQueryClient();
  const devices = useDevices();
  const holds = useHolds();
  const [range, setRange] = useState<readonly [string | null, string | null]>([null, null]);
  const [isOpen, setOpen] = useState(false);
  const [scope, setScope] = useState('');
  const addresses = useAddresses();
  const [reason, setReason] = useState('');
  const [startsOn, endsOn] = range;
  const isChosen = startsOn !== null && (isOpen || endsOn !== null);
  const span = {
    startsOn: startsOn ?? '',
    endsOn: isOpen ? null : endsOn,
    deviceId: idIn(scope, DEVICE),
    addressId: idIn(scope, ADDRESS),
  };
  const save = useMutation({
    mutationFn: (body: z.input<typeof newHoldSchema>) => call<Hold>('POST', '/v1/holds', { body }),
    onSuccess: async () => {
      setRange([null, null]);
      setReason('');
      await client.invalidateQueries();
    },
  });
  return (
    <Card title={t('away.add')}>
      <Stack>
        <Suspense fallback={<Loading />}>
          <HoldCalendar range={range} isOpen={isOpen} onChange={setRange} holds={holds.data ?? []} />
        </Suspense>
        <Switch
          label={t('away.openEnd')}
          checked={isOpen}
          onChange={(event) => setOpen(event.currentTarget.checked)}
        />
        <Select
          label={t('away.device')}
          data={[
            { value: '', label: t('away.allDevices') },
            ...(addresses.data ?? []).map(({ id, name }) => ({ value: ADDRESS + id, label: name })),
            ...(devices.data ?? []).map(({ id, name }) => ({ value: DEVICE + id, label: name })),
          ]}
          value={scope}
          onChange={(value) => setScope(value ?? '')}
        />
        <TextInput
          label={t('away.reason')}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {isChosen ? <Effect span={span} /> : null}
        <ProblemNote error={save.error} />
        <Button
          disabled={!isChosen}
          loading={save.isPending}
          onClick={() =>
            save.mutate({
              customerId: customer.id,
              ...span,
              reason: reason.trim() === '' ? null : reason.trim(),
            })
          }
        >
          {t('away.save')}
        </Button>
        <Text size="sm" role="status">
          {save.isSuccess && !isChosen ? t('away.saved') : ''}
        </Text>
      </Stack>
    </Card>
  );
}
