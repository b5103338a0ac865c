import { Stepper } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Where the connecting of a device stands. */
export function Steps({ active }: { readonly active: number }) {
  const { t } = useTranslation('customer');
  return (
    <Stepper active={active} size="sm" component="div">
      <Stepper.Step label={t('connect.stepCode')} />
      <Stepper.Step label={t('connect.stepReading')} />
      <Stepper.Step label={t('connect.stepConsent')} />
    </Stepper>
  );
}
