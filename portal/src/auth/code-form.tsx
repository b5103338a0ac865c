import { Anchor, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../ui/problem-note.tsx';
import { sendBackupCode, sendCode } from './account-api.ts';
import { useEnter } from './use-enter.ts';

/** The second step of signing in: six digits of an app, or a backup code. */
export function CodeForm() {
  const { t } = useTranslation('auth');
  const enter = useEnter();
  const [usesApp, setUsesApp] = useState(true);
  const [code, setCode] = useState('');
  const submit = useMutation({ mutationFn: usesApp ? sendCode : sendBackupCode, onSuccess: enter });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate(code.replaceAll(/\s/g, ''));
      }}
    >
      <Stack>
        <Title order={1} size="h2">
          {t('code.title')}
        </Title>
        <Text c="dimmed">{usesApp ? t('code.text') : t('code.backupText')}</Text>
        <TextInput
          label={usesApp ? t('code.label') : t('code.backupLabel')}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          autoComplete="one-time-code"
          inputMode={usesApp ? 'numeric' : 'text'}
          data-autofocus
          required
        />
        <ProblemNote
          error={submit.error}
          texts={{
            'sign-in-failed': t('code.failed'),
            'auth-refused': t('code.failed'),
            'invalid-request': t('code.failed'),
          }}
        />
        <Button type="submit" loading={submit.isPending}>
          {t('code.submit')}
        </Button>
        <Anchor
          component="button"
          type="button"
          ta="left"
          onClick={() => {
            setUsesApp(!usesApp);
            setCode('');
            submit.reset();
          }}
        >
          {usesApp ? t('code.useBackup') : t('code.useApp')}
        </Anchor>
      </Stack>
    </form>
  );
}
