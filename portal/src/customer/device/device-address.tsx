import { Anchor, Select, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { SavedNote } from '../../ui/saved-note.tsx';
import { useMay } from '../current-customer.tsx';
import { useAddresses } from '../data/addresses.ts';
import type { Device } from '../data/consumables.ts';

/** Where it stands: held days of that place concern it, and its parcels go there. */
export function DeviceAddress({ device }: { readonly device: Device }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const addresses = useAddresses();
  const client = useQueryClient();
  const move = useMutation({
    mutationFn: (addressId: string | null) =>
      call('PUT', `/v1/devices/${device.id}/address`, { body: { addressId } }),
    onSuccess: () => client.invalidateQueries(),
  });
  if (addresses.data === undefined) return null;
  const book = (
    <Anchor component={Link} to="/settings" size="sm">
      {t('device.addressBook')}
    </Anchor>
  );
  return (
    <Card title={t('device.address')} aside={book}>
      <Text size="sm" c="dimmed" mb="xs">
        {t('device.addressText')}
      </Text>
      <Select
        aria-label={t('device.address')}
        data={[
          { value: '', label: t('device.addressNone') },
          ...addresses.data.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={device.addressId ?? ''}
        disabled={!may || move.isPending}
        onChange={(id) => move.mutate(id === null || id === '' ? null : id)}
      />
      <ProblemNote error={move.error} />
      <SavedNote isSaved={move.isSuccess} />
    </Card>
  );
}
