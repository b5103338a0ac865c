import { Button, Checkbox, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useCustomer, useMay } from '../current-customer.tsx';
import type { Consent } from '../data/consents.ts';
import { type Device, type Product, useDevices, useFittingProducts } from '../data/consumables.ts';
import { agree, type Purpose } from './agree.ts';
import { ConsentDone } from './consent-done.tsx';
import { LimitFields } from './limit-fields.tsx';
import { isComplete, type LimitForm, type LimitValues } from './mandate-limits.ts';
import { Steps } from './steps.tsx';
import { useTexts } from './use-texts.ts';

/** Third step: each purpose in a section of its own, with its exact text. Nothing is ticked beforehand. */
export function ConsentPage() {
  const { deviceId = '' } = useParams();
  const devices = useDevices();
  const device = devices.data?.find(({ id }) => id === deviceId);
  const keys = device?.consumables.map(({ key }) => key) ?? [];
  const products = useFittingProducts(device?.deviceModelId, keys);
  if (device === undefined || products.data === undefined) return <Loading />;
  return <Decide device={device} products={products.data} />;
}

interface Props {
  readonly device: Device;
  readonly products: readonly Product[];
}

function Decide({ device, products }: Props) {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const isOwner = useMay('owner');
  const client = useQueryClient();
  const form: LimitForm = useForm<LimitValues>({
    initialValues: {
      maxPrice: '',
      maxQuantity: '',
      maxMonth: '',
      recipient: '',
      street: '',
      postalCode: '',
      city: '',
      country:
        customer.jurisdiction.length === 2 && customer.jurisdiction !== 'EU' ? customer.jurisdiction : 'DE',
    },
  });
  const [ticked, setTicked] = useState<ReadonlySet<Purpose>>(new Set());
  const [given, setGiven] = useState<readonly Consent[] | null>(null);
  const texts = useTexts(device, products, form.values);
  const submit = useMutation({
    mutationFn: () => agree({ customer, device, products, texts, ticked, limits: form.values }),
    onSuccess: async (consents) => {
      await client.invalidateQueries();
      setGiven(consents);
    },
  });
  if (given !== null) return <ConsentDone consents={given} />;
  const toggle = (purpose: Purpose) => {
    const next = new Set(ticked);
    if (!next.delete(purpose)) next.add(purpose);
    setTicked(next);
  };
  const complete = isComplete(form.values);
  const box = (purpose: Purpose, label: string, disabled = false) => (
    <Checkbox
      label={label}
      checked={ticked.has(purpose)}
      disabled={disabled || !isOwner}
      onChange={() => toggle(purpose)}
    />
  );
  return (
    <Page title={t('connect.consentTitle')} subtitle={t('connect.consentText')}>
      <Steps active={2} />
      <Card title={t('connect.telemetryTitle')}>
        <Stack>
          <Text>{texts.telemetry}</Text>
          {box('telemetry', t('connect.telemetryAgree'))}
        </Stack>
      </Card>
      <Card title={t('connect.orderTitle')}>
        {products.length === 0 ? (
          <Text c="dimmed">{t('connect.noProducts')}</Text>
        ) : (
          <Stack>
            <LimitFields form={form} />
            <Text fw={600}>{t('connect.summary')}</Text>
            <Text>{complete ? texts.summary : t('connect.summaryMissing')}</Text>
            {complete ? <Text>{texts['automatic-order']}</Text> : null}
            {box('automatic-order', t('connect.orderAgree'), !complete)}
          </Stack>
        )}
      </Card>
      <Card title={t('connect.coachingTitle')}>
        <Stack>
          <Text>{texts.coaching}</Text>
          {box('coaching', t('connect.coachingAgree'))}
        </Stack>
      </Card>
      {isOwner ? null : <Text c="dimmed">{t('privacy.onlyOwners')}</Text>}
      <ProblemNote error={submit.error} />
      <Button
        disabled={ticked.has('automatic-order') && !complete}
        loading={submit.isPending}
        onClick={() => submit.mutate()}
      >
        {ticked.size === 0 ? t('connect.nothingTicked') : t('connect.agree')}
      </Button>
    </Page>
  );
}
