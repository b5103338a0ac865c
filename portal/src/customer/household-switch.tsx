import { Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCustomer } from './current-customer.tsx';

/** The household's name; a choice for who acts for several. */
export function HouseholdSwitch() {
  const { t } = useTranslation('customer');
  const { customer, memberships, choose } = useCustomer();
  if (memberships.length === 1) {
    return (
      <Text fw={550} c="dimmed" truncate>
        {customer.name}
      </Text>
    );
  }
  return (
    <Select
      aria-label={t('nav.household')}
      size="sm"
      value={customer.id}
      data={memberships.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(id) => (id === null ? undefined : choose(id))}
    />
  );
}
