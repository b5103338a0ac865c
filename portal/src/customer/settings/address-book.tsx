import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import { type Address, useAddresses } from '../data/addresses.ts';
import css from '../privacy/privacy.module.css';
import { AddressForm } from './address-form.tsx';

/** Places where devices stand: held days and calendars may be of one of them. */
export function AddressBook() {
  const { t } = useTranslation(['customer', 'common']);
  const may = useMay('member');
  const addresses = useAddresses();
  const [isOpen, { open, close }] = useDisclosure();
  if (addresses.data === undefined) return null;
  return (
    <Card title={t('settings.addresses')}>
      <Text c="dimmed" size="sm">
        {t('settings.addressesText')}
      </Text>
      <ul className={css['list']}>
        {addresses.data.map((address) => (
          <AddressLine key={address.id} address={address} />
        ))}
      </ul>
      {may ? (
        <Button variant="default" onClick={open} mt="sm">
          {t('settings.addressAdd')}
        </Button>
      ) : null}
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('settings.addressAdd')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <AddressForm onAdded={close} />
      </Modal>
    </Card>
  );
}

function AddressLine({ address }: { readonly address: Address }) {
  const { t } = useTranslation(['customer', 'common']);
  const may = useMay('member');
  const client = useQueryClient();
  const [isAsked, { open, close }] = useDisclosure();
  const remove = useMutation({
    mutationFn: () => call('POST', `/v1/addresses/${address.id}/remove`),
    onSuccess: () => client.invalidateQueries(),
  });
  const { name, recipient, street, postalCode, city, devices } = address;
  return (
    <li className={css['line']}>
      <div>
        <Text fw={560}>{name}</Text>
        <Text size="sm" c="dimmed">
          {`${recipient}, ${street}, ${postalCode} ${city}`}
        </Text>
        <Text size="sm" c="dimmed">
          {t('settings.addressDevices', { count: devices })}
        </Text>
      </div>
      {may ? (
        <Button
          variant="default"
          size="sm"
          onClick={open}
          aria-label={`${t('settings.addressRemove')}: ${name}`}
        >
          {t('settings.addressRemove')}
        </Button>
      ) : null}
      <Modal
        opened={isAsked}
        onClose={close}
        title={t('settings.addressRemoveTitle', { name })}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <Stack>
          <Text>{t('settings.addressRemoveText')}</Text>
          <ProblemNote error={remove.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('common:action.cancel')}
            </Button>
            <Button color="brick" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t('settings.addressRemove')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </li>
  );
}
