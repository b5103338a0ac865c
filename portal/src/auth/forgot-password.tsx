import { Anchor, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ProblemNote } from '../ui/problem-note.tsx';
import { askForReset } from './account-api.ts';

export function ForgotPassword() {
  const { t } = useTranslation('auth');
  const [email, setEmail] = useState('');
  const submit = useMutation({ mutationFn: askForReset });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate(email.trim());
      }}
    >
      <Stack>
        <Title order={1} size="h2">
          {t('forgot.title')}
        </Title>
        {submit.isSuccess ? (
          <Text role="status">{t('forgot.sentText', { email })}</Text>
        ) : (
          <>
            <Text c="dimmed">{t('forgot.text')}</Text>
            <TextInput
              label={t('email')}
              type="email"
              autoComplete="email"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <ProblemNote error={submit.error} texts={{ 'invalid-request': t('invalid.email') }} />
            <Button type="submit" loading={submit.isPending}>
              {t('forgot.submit')}
            </Button>
          </>
        )}
        <Anchor component={Link} to="/sign-in">
          {t('signUp.toSignIn')}
        </Anchor>
      </Stack>
    </form>
  );
}
