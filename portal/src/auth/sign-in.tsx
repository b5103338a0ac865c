import {
  Anchor,
  Button,
  Checkbox,
  Divider,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { isProblem } from '../api/problem.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { sendVerificationMail, signIn } from './account-api.ts';
import { CodeForm } from './code-form.tsx';
import { hasPasskeys, signInWithPasskey } from './passkey.ts';
import { useEnter } from './use-enter.ts';

export function SignIn() {
  const { t } = useTranslation('auth');
  const [asksForCode, setAsksForCode] = useState(false);
  const [search] = useSearchParams();
  if (asksForCode) return <CodeForm />;
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        {t('signIn.title')}
      </Title>
      <PasswordForm onCodeAsked={() => setAsksForCode(true)} />
      {hasPasskeys() ? <WithPasskey /> : null}
      <Text>
        {t('signIn.noAccount')}{' '}
        <Anchor component={Link} to={`/sign-up?${search}`}>
          {t('signIn.signUp')}
        </Anchor>
      </Text>
    </Stack>
  );
}

function PasswordForm({ onCodeAsked }: { readonly onCodeAsked: () => void }) {
  const { t } = useTranslation('auth');
  const enter = useEnter();
  const form = useForm({
    initialValues: { email: '', password: '', remember: true },
    validate: {
      email: (email) => (/^\S+@\S+$/.test(email) ? null : t('invalid.email')),
      password: (password) => (password === '' ? t('invalid.required') : null),
    },
  });
  const submit = useMutation({
    mutationFn: signIn,
    onSuccess: ({ secondFactorRequired }) => (secondFactorRequired ? onCodeAsked() : enter()),
  });
  const resend = useMutation({ mutationFn: () => sendVerificationMail(form.values.email) });
  return (
    <form noValidate onSubmit={form.onSubmit((values) => submit.mutate(values))}>
      <Stack>
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username webauthn"
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          {...form.getInputProps('password')}
        />
        <Checkbox label={t('signIn.remember')} {...form.getInputProps('remember', { type: 'checkbox' })} />
        <ProblemNote error={submit.error} texts={{ 'sign-in-failed': t('signIn.failed') }} />
        {isProblem(submit.error, 'sign-in-failed') ? (
          <Anchor component="button" type="button" ta="left" onClick={() => resend.mutate()}>
            {resend.isSuccess ? t('signUp.sentAgain') : t('signIn.resend')}
          </Anchor>
        ) : null}
        <Button type="submit" loading={submit.isPending} fullWidth>
          {t('signIn.submit')}
        </Button>
        <Anchor component={Link} to="/forgot-password" size="sm">
          {t('signIn.forgot')}
        </Anchor>
      </Stack>
    </form>
  );
}

function WithPasskey() {
  const { t } = useTranslation('auth');
  const enter = useEnter();
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: enter });
  return (
    <Stack>
      <Divider label={t('signIn.or')} />
      <Button
        variant="default"
        leftSection={<IconFingerprint size={20} aria-hidden />}
        loading={passkey.isPending}
        onClick={() => passkey.mutate()}
      >
        {t('signIn.passkey')}
      </Button>
      {passkey.isError ? (
        <Text role="alert" c="dimmed" size="sm">
          {t('signIn.passkeyFailed')}
        </Text>
      ) : null}
    </Stack>
  );
}
