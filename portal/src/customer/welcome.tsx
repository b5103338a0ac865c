import { Button, Container, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { newCustomerSchema } from '../../../contracts/http/customers.ts';
import { call } from '../api/http.ts';
import { currentLanguage } from '../i18n/i18n.ts';
import { Logo } from '../ui/logo.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import type { CustomerRecord } from './current-customer.tsx';
import { CURRENCIES, countryOptions, guessCountry, guessCurrency } from './places.ts';

const TIME_ZONES = Intl.supportedValuesOf('timeZone');

/** The first page of a new account: the household that everything belongs to. */
export function Welcome() {
  const { t } = useTranslation('customer');
  const client = useQueryClient();
  const language = currentLanguage();
  const country = guessCountry();
  const form = useForm({
    initialValues: {
      name: '',
      jurisdiction: country,
      currency: guessCurrency(country),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    validate: { name: (name) => (name.trim() === '' ? t('welcome.name') : null) },
  });
  const submit = useMutation({
    mutationFn: (body: z.input<typeof newCustomerSchema>) =>
      call<CustomerRecord>('POST', '/v1/customers', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['me'] }),
  });
  const currencyNames = new Intl.DisplayNames(language, { type: 'currency' });
  return (
    <Container component="main" size="xs" py="xl">
      <Stack gap="xl">
        <Logo />
        <form noValidate onSubmit={form.onSubmit((values) => submit.mutate({ ...values, language }))}>
          <Stack>
            <Title order={1} size="h2">
              {t('welcome.title')}
            </Title>
            <Text c="dimmed">{t('welcome.text')}</Text>
            <TextInput
              label={t('welcome.name')}
              placeholder={t('welcome.namePlaceholder')}
              {...form.getInputProps('name')}
            />
            <Select
              label={t('welcome.country')}
              description={t('welcome.countryText')}
              searchable
              data={countryOptions(language)}
              {...form.getInputProps('jurisdiction')}
            />
            <Select
              label={t('welcome.currency')}
              searchable
              data={CURRENCIES.map((code) => ({ value: code, label: `${currencyNames.of(code)} (${code})` }))}
              {...form.getInputProps('currency')}
            />
            <Select
              label={t('welcome.timeZone')}
              searchable
              limit={60}
              data={TIME_ZONES}
              {...form.getInputProps('timeZone')}
            />
            <ProblemNote error={submit.error} />
            <Button type="submit" loading={submit.isPending}>
              {t('welcome.submit')}
            </Button>
          </Stack>
        </form>
      </Stack>
    </Container>
  );
}
