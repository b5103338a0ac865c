import { Button, List, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { z } from 'zod';
import type { erasurePreviewSchema, startedErasureSchema } from '../../../../contracts/http/erasure.ts';
import { call } from '../../api/http.ts';
import { rememberSession } from '../../api/session-hint.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';

type Preview = Wire<typeof erasurePreviewSchema>;
type Started = z.input<typeof startedErasureSchema>;

/** The way out: says what goes, what stays and why, and wants the name typed. */
export function Erasure() {
  const { t } = useTranslation(['customer', 'common']);
  const [isOpen, { open, close }] = useDisclosure();
  const client = useQueryClient();
  const navigate = useNavigate();
  // The session ends with the account: what is left to say is said on a page that needs none.
  const leave = async (started: Started) => {
    rememberSession(false);
    const go = () => navigate('/erased', { replace: true, state: started });
    await go();
    // The end of the session may have been noticed on the way, and led to the page to sign in: what is said but once goes first.
    if (location.pathname !== '/erased') await go();
    client.clear();
  };
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
        title={t('privacy.eraseTitle')}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <Confirm onStarted={leave} />
      </Modal>
    </Card>
  );
}

function Confirm({ onStarted }: { readonly onStarted: (started: Started) => Promise<void> }) {
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
