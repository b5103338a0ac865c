import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { MIN_PASSWORD_LENGTH } from '../../auth/password-length.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';

export function PasswordForm() {
  const { t } = useTranslation('customer');
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const save = useMutation({
    mutationFn: () => call('POST', '/v1/auth/change-password', { body: { currentPassword, newPassword } }),
    onSuccess: () => {
      setCurrent('');
      setNew('');
    },
  });
  return (
    <Card title={t('settings.password')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <PasswordInput
            label={t('settings.currentPassword')}
            autoComplete="current-password"
            required
            value={currentPassword}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('settings.newPassword')}
            autoComplete="new-password"
            required
            minLength={MIN_PASSWORD_LENGTH}
            value={newPassword}
            onChange={(event) => setNew(event.currentTarget.value)}
          />
          <ProblemNote error={save.error} texts={{ 'auth-refused': t('settings.wrongPassword') }} />
          <Button type="submit" variant="default" loading={save.isPending}>
            {t('settings.changePassword')}
          </Button>
          <Text size="sm" role="status">
            {save.isSuccess ? t('settings.passwordChanged') : ''}
          </Text>
        </Stack>
      </form>
    </Card>
  );
}
