import { Button, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../api/me.ts';
import { removeTwoFactor } from '../../auth/account-api.ts';
import { SecondFactorSetUp } from '../../auth/second-factor-set-up.tsx';
import { Card } from '../../ui/card.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';

export function SecondFactor() {
  const { t } = useTranslation(['customer', 'common']);
  const me = useMe();
  const [isOpen, { open, close }] = useDisclosure();
  const isOn = me.data?.hasAuthenticatorApp === true;
  return (
    <Card title={t('privacy.factorTitle')}>
      <Text mb="sm">{isOn ? t('privacy.factorOn') : t('privacy.factorOff')}</Text>
      <Button variant="default" onClick={open}>
        {isOn ? t('privacy.factorEnd') : t('privacy.factorStart')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={isOn ? t('privacy.factorEndTitle') : t('privacy.factorTitle')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        {isOn ? (
          <Removal onDone={close} />
        ) : (
          <Suspense fallback={<Loading />}>
            <SecondFactorSetUp onDone={close} />
          </Suspense>
        )}
      </Modal>
    </Card>
  );
}

function Removal({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation('customer');
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const remove = useMutation({
    mutationFn: removeTwoFactor,
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries({ queryKey: ['me'] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        remove.mutate(password);
      }}
    >
      <Stack>
        <Text>{t('privacy.factorEndText')}</Text>
        <PasswordInput
          label={t('privacy.factorPassword')}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <ProblemNote
          error={remove.error}
          texts={{
            'auth-refused': t('settings.wrongPassword'),
            'sign-in-failed': t('settings.wrongPassword'),
          }}
        />
        <Button type="submit" color="brick" loading={remove.isPending}>
          {t('privacy.factorEndYes')}
        </Button>
      </Stack>
    </form>
  );
}
