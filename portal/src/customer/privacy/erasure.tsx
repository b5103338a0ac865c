import { Button, Code, Group, List, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { erasurePreviewSchema, startedErasureSchema } from '../../../../contracts/http/erasure.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import { useSignOut } from '../use-sign-out.ts';

type Preview = Wire<typeof erasurePreviewSchema>;
type Started = z.input<typeof startedErasureSchema>;

/** The way out: says what goes, what stays and why, and wants the name typed. */
export function Erasure() {
  const { t } = useTranslation(['customer', 'common']);
  const [isOpen, { open, close }] = useDisclosure();
  const [started, setStarted] = useState<Started | null>(null);
  return (
    <Card title={t('privacy.eraseTitle')}>
      <Text mb="sm">{t('privacy.eraseText')}</Text>
      <Button color="brick" variant="outline" onClick={open}>
        {t('privacy.eraseStart')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        size="lg"
        title={started === null ? t('privacy.eraseTitle') : t('privacy.erasedTitle')}
        // After it has begun there is one way on, which forgets the session.
        withCloseButton={started === null}
        closeOnEscape={started === null}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        {started === null ? <Confirm onStarted={setStarted} /> : <Erased started={started} />}
      </Modal>
    </Card>
  );
}

function Confirm({ onStarted }: { readonly onStarted: (started: Started) => void }) {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const [typed, setTyped] = useState('');
  const preview = useQuery({
    queryKey: ['erasure-preview', customer.id],
    queryFn: ({ signal }) => call<Preview>('GET', `/v1/customers/${customer.id}/erasure-preview`, { signal }),
  });
  const erase = useMutation({
    mutationFn: () =>
      call<Started>('POST', `/v1/customers/${customer.id}/erasure`, { body: { confirm: typed } }),
    onSuccess: onStarted,
  });
  if (preview.isPending) return <Loading />;
  if (preview.isError) return <Failure error={preview.error} retry={() => void preview.refetch()} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        erase.mutate();
      }}
    >
      <Stack>
        <Parts preview={preview.data} />
        <TextInput
          label={t('privacy.eraseConfirm', { name: customer.name })}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <ProblemNote error={erase.error} />
        <Button type="submit" color="brick" disabled={typed !== customer.name} loading={erase.isPending}>
          {t('privacy.eraseYes')}
        </Button>
      </Stack>
    </form>
  );
}

function Parts({ preview }: { readonly preview: Preview }) {
  const { t } = useTranslation('customer');
  const format = useFormat();
  return (
    <>
      <Title order={3} size="h5">
        {t('privacy.eraseDeletes')}
      </Title>
      <List size="sm">
        {preview.deletes.map(({ group, what }) => (
          <List.Item key={group}>{what}</List.Item>
        ))}
      </List>
      <Title order={3} size="h5">
        {t('privacy.eraseKeeps')}
      </Title>
      <List size="sm">
        {preview.keeps.map(({ group, what, why, until }) => (
          <List.Item key={group}>
            {what}. {why}
            {until === null ? '' : ` (${t('privacy.eraseUntil', { day: format.date(until) })})`}
          </List.Item>
        ))}
      </List>
    </>
  );
}

function Erased({ started }: { readonly started: Started }) {
  const { t } = useTranslation('customer');
  const signOut = useSignOut();
  return (
    <Stack>
      <Text>{t('privacy.erasedText')}</Text>
      <Text fw={560}>{t('privacy.erasedToken')}</Text>
      <Code block>{started.receiptToken}</Code>
      {started.releasedDevices.length === 0 ? null : (
        <>
          <Text fw={560}>{t('privacy.erasedCodes')}</Text>
          <List size="sm">
            {started.releasedDevices.map(({ deviceId, name, claimCode }) => (
              <List.Item key={deviceId}>
                {name}: <Code>{claimCode}</Code>
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={signOut}>{t('privacy.erasedLeave')}</Button>
      </Group>
    </Stack>
  );
}
