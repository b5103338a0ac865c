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
import { useDevices } from '../data/consumables.ts';
import { type Hold, useHoldEffect, useHolds } from '../data/holds.ts';
import css from './away.module.css';

/** The calendar and its date library come when somebody goes away, not before. */
const HoldCalendar = lazy(async () => ({ default: (await import('./hold-calendar.tsx')).HoldCalendar }));

/** Chooses days in a calendar that shows those already held, and says at once what it would do. */
export function HoldForm() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const client = useQueryClient();
  const devices = useDevices();
  const holds = useHolds();
  const [range, setRange] = useState<readonly [string | null, string | null]>([null, null]);
  const [isOpen, setOpen] = useState(false);
  const [deviceId, setDeviceId] = useState('');
  const [reason, setReason] = useState('');
  const [startsOn, endsOn] = range;
  const isChosen = startsOn !== null && (isOpen || endsOn !== null);
  const span = {
    startsOn: startsOn ?? '',
    endsOn: isOpen ? null : endsOn,
    deviceId: deviceId === '' ? null : deviceId,
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
            ...(devices.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={deviceId}
          onChange={(id) => setDeviceId(id ?? '')}
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

interface EffectProps {
  readonly span: {
    readonly startsOn: string;
    readonly endsOn: string | null;
    readonly deviceId: string | null;
  };
}

function Effect({ span }: EffectProps) {
  const { t } = useTranslation('customer');
  const effect = useHoldEffect(span);
  if (effect.data === undefined) return null;
  const { moved, runsOut } = effect.data;
  const placed = moved.filter((order) => order.placed).length;
  const count = moved.length - placed + runsOut.length;
  const names = [...moved.filter((order) => !order.placed), ...runsOut].map(
    ({ consumableName, deviceName }) => `${consumableName} (${deviceName})`,
  );
  return (
    <div className={css['effect']} role="status">
      <Text fw={580}>{count === 0 ? t('away.effectNone') : t('away.effect', { count })}</Text>
      {names.length === 0 ? null : <Text size="sm">{names.join(', ')}</Text>}
      {placed === 0 ? null : <Text size="sm">{t('away.effectPlaced', { count: placed })}</Text>}
    </div>
  );
}
