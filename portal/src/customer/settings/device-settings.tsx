import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { releasedDeviceSchema } from '../../../../contracts/http/claims.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import { type Device, useDevices } from '../data/consumables.ts';
import css from '../privacy/privacy.module.css';

/** Names of devices, and giving them away. */
export function DeviceSettings() {
  const { t } = useTranslation('customer');
  const devices = useDevices();
  const isOwner = useMay('owner');
  const [codes, setCodes] = useState<readonly string[]>([]);
  if (!isOwner || devices.data === undefined || (devices.data.length === 0 && codes.length === 0))
    return null;
  return (
    <Card title={t('settings.devices')}>
      {codes.map((code) => (
        <Alert key={code} mb="sm" variant="light">
          {t('settings.released', { code })}
        </Alert>
      ))}
      <ul className={css['list']}>
        {devices.data.map((device) => (
          <DeviceLine key={device.id} device={device} onReleased={(code) => setCodes([...codes, code])} />
        ))}
      </ul>
    </Card>
  );
}

interface LineProps {
  readonly device: Device;
  readonly onReleased: (claimCode: string) => void;
}

function DeviceLine({ device, onReleased }: LineProps) {
  const { t } = useTranslation(['customer', 'common']);
  const client = useQueryClient();
  const [name, setName] = useState(device.name);
  const [isOpen, { open, close }] = useDisclosure();
  const rename = useMutation({
    mutationFn: () => call('PATCH', `/v1/devices/${device.id}`, { body: { name: name.trim() } }),
    onSuccess: () => client.invalidateQueries(),
  });
  const release = useMutation({
    mutationFn: () => call<Wire<typeof releasedDeviceSchema>>('POST', `/v1/devices/${device.id}/release`),
    onSuccess: async ({ claimCode }) => {
      close();
      onReleased(claimCode);
      await client.invalidateQueries();
    },
  });
  return (
    <li className={css['line']}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Group gap="xs">
          <TextInput
            aria-label={t('settings.name')}
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={name === device.name} loading={rename.isPending}>
            {t('settings.rename')}
          </Button>
        </Group>
        <ProblemNote error={rename.error} />
      </form>
      <Button variant="default" onClick={open} aria-label={`${t('settings.release')}: ${device.name}`}>
        {t('settings.release')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('settings.releaseTitle', { device: device.name })}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <Stack>
          <Text>{t('settings.releaseText')}</Text>
          <ProblemNote error={release.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('common:action.cancel')}
            </Button>
            <Button color="brick" loading={release.isPending} onClick={() => release.mutate()}>
              {t('settings.releaseYes')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </li>
  );
}
