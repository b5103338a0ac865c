import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { AddressBook } from './address-book.tsx';
import { HouseholdForm } from './household-form.tsx';
import { PasswordForm } from './password-form.tsx';
import { ProfileForm } from './profile-form.tsx';

export function SettingsPage() {
  const { t } = useTranslation('customer');
  return (
    <Page title={t('settings.title')}>
      <ProfileForm />
      <HouseholdForm />
      <Appearance />
      <AddressBook />
      <PasswordForm />
    </Page>
  );
}

const SCHEMES = ['auto', 'light', 'dark'] as const;

function Appearance() {
  const { t } = useTranslation('customer');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Card title={t('settings.appearance')}>
      <SegmentedControl
        aria-label={t('settings.appearance')}
        value={colorScheme}
        onChange={(value) => setColorScheme(value)}
        data={SCHEMES.map((value) => ({ value, label: t(`settings.${value}`) }))}
      />
    </Card>
  );
}
