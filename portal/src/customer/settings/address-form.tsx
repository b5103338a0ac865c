import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { newAddressSchema } from '../../../../contracts/http/addresses.ts';
import { call } from '../../api/http.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useCustomer } from '../current-customer.tsx';
import { countryOptions, guessCountry } from '../places.ts';

const EMPTY = { name: '', recipient: '', street: '', postalCode: '', city: '' };

export function AddressForm({ onAdded }: { readonly onAdded: () => void }) {
  const { t } = useTranslation(['customer', 'common']);
  const { customer } = useCustomer();
  const client = useQueryClient();
  const form = useForm({ initialValues: { ...EMPTY, recipient: customer.name, country: guessCountry() } });
  const add = useMutation({
    mutationFn: (body: z.input<typeof newAddressSchema>) =>
      call('POST', `/v1/customers/${customer.id}/addresses`, { body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['addresses'] });
      onAdded();
    },
  });
  const field = (name: keyof typeof EMPTY) => ({ required: true, ...form.getInputProps(name) });
  return (
    <form onSubmit={form.onSubmit((values) => add.mutate(values))}>
      <Stack>
        <TextInput
          label={t('settings.addressName')}
          description={t('settings.addressNameText')}
          data-autofocus
          {...field('name')}
        />
        <TextInput label={t('connect.recipient')} autoComplete="name" {...field('recipient')} />
        <TextInput label={t('connect.street')} autoComplete="street-address" {...field('street')} />
        <Group grow align="flex-start">
          <TextInput label={t('connect.postalCode')} autoComplete="postal-code" {...field('postalCode')} />
          <TextInput label={t('connect.city')} autoComplete="address-level2" {...field('city')} />
        </Group>
        <Select
          label={t('connect.country')}
          searchable
          data={countryOptions(currentLanguage())}
          {...form.getInputProps('country')}
        />
        <ProblemNote error={add.error} />
        <Button type="submit" loading={add.isPending}>
          {t('common:action.save')}
        </Button>
      </Stack>
    </form>
  );
}
