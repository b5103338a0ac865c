import { Button, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../api/me.ts';
import { SecondFactorSetUp } from '../../auth/second-factor-set-up.tsx';
import { Card } from '../../ui/card.tsx';
import { Loading } from '../../ui/loading.tsx';

export function SecondFactor() {
  const { t } = useTranslation(['customer', 'common']);
  const me = useMe();
  const [isOpen, { open, close }] = useDisclosure();
  const isOn = me.data?.hasAuthenticatorApp === true;
  return (
    <Card title={t('privacy.factorTitle')}>
      <Text mb="sm">{isOn ? t('privacy.factorOn') : t('privacy.factorOff')}</Text>
      {isOn ? null : (
        <Button variant="default" onClick={open}>
          {t('privacy.factorStart')}
        </Button>
      )}
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('privacy.factorTitle')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <Suspense fallback={<Loading />}>
          <SecondFactorSetUp onDone={close} />
        </Suspense>
      </Modal>
    </Card>
  );
}
