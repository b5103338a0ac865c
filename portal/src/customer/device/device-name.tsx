import { Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import type { Device } from '../data/consumables.ts';

export function DeviceName({ device }: { readonly device: Device }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const client = useQueryClient();
  const [name, setName] = useState(device.name);
  const rename = useMutation({
    mutationFn: () => call('PATCH', `/v1/devices/${device.id}`, { body: { name: name.trim() } }),
    onSuccess: () => client.invalidateQueries(),
  });
  if (!may) return null;
  return (
    <Card title={t('device.name')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Group gap="xs" align="flex-start">
          <TextInput
            aria-label={t('device.name')}
            flex="1 1 12rem"
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
    </Card>
  );
}
