import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { currentLanguage } from '../../i18n/i18n.ts';
import { useCustomer } from '../current-customer.tsx';
import { countryOptions } from '../places.ts';
import type { LimitForm } from './mandate-limits.ts';

/** The limits and the address of an authority to order: the customer's figures, none proposed. */
export function LimitFields({ form }: { readonly form: LimitForm }) {
  const { t } = useTranslation('customer');
  const { currency } = useCustomer().customer;
  const amount = { min: 0, decimalScale: 2, suffix: ` ${currency}`, hideControls: true };
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <NumberInput label={t('connect.maxPrice')} {...amount} {...form.getInputProps('maxPrice')} />
        <NumberInput
          label={t('connect.maxQuantity')}
          min={1}
          max={1000}
          allowDecimal={false}
          {...form.getInputProps('maxQuantity')}
        />
        <NumberInput label={t('connect.maxMonth')} {...amount} {...form.getInputProps('maxMonth')} />
      </SimpleGrid>
      <TextInput label={t('connect.recipient')} autoComplete="name" {...form.getInputProps('recipient')} />
      <TextInput
        label={t('connect.street')}
        autoComplete="street-address"
        {...form.getInputProps('street')}
      />
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <TextInput
          label={t('connect.postalCode')}
          autoComplete="postal-code"
          {...form.getInputProps('postalCode')}
        />
        <TextInput label={t('connect.city')} autoComplete="address-level2" {...form.getInputProps('city')} />
        <Select
          label={t('connect.country')}
          searchable
          data={countryOptions(currentLanguage())}
          {...form.getInputProps('country')}
        />
      </SimpleGrid>
    </>
  );
}
