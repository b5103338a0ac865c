import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { customerPatchSchema } from '../../../../contracts/http/customers.ts';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { SavedNote } from '../../ui/saved-note.tsx';
import { useCustomer, useMay } from '../current-customer.tsx';

const TIME_ZONES = Intl.supportedValuesOf('timeZone');

/** What belongs to the household rather than to a person. */
export function HouseholdForm() {
  const { t } = useTranslation(['customer', 'common']);
  const isOwner = useMay('owner');
  const client = useQueryClient();
  const { customer } = useCustomer();
  const { name, timeZone, email } = customer;
  const form = useForm({ initialValues: { name, timeZone, email: email ?? '' } });
  const save = useMutation({
    mutationFn: (body: z.input<typeof customerPatchSchema>) =>
      call('PATCH', `/v1/customers/${customer.id}`, { body }),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <Card title={t('settings.household')}>
      <form
        onSubmit={form.onSubmit((values) =>
          save.mutate({ ...values, email: values.email.trim() === '' ? null : values.email.trim() }),
        )}
      >
        <Stack>
          <TextInput
            label={t('settings.householdName')}
            required
            disabled={!isOwner}
            {...form.getInputProps('name')}
          />
          <TextInput
            label={t('settings.notices')}
            type="email"
            autoComplete="email"
            disabled={!isOwner}
            {...form.getInputProps('email')}
          />
          <Select
            label={t('settings.timeZone')}
            description={t('settings.timeZoneText')}
            searchable
            limit={60}
            data={TIME_ZONES.includes(timeZone) ? TIME_ZONES : [timeZone, ...TIME_ZONES]}
            disabled={!isOwner}
            {...form.getInputProps('timeZone')}
          />
          <ProblemNote error={save.error} />
          <Button type="submit" variant="default" disabled={!isOwner} loading={save.isPending}>
            {t('common:action.save')}
          </Button>
          <SavedNote isSaved={save.isSuccess} />
        </Stack>
      </form>
    </Card>
  );
}
