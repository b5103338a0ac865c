import { Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { currentLanguage } from '../i18n/i18n.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { sendVerificationMail, signUp } from './account-api.ts';
import { MIN_PASSWORD_LENGTH } from './password-length.ts';

export function SignUp() {
  const { t } = useTranslation('auth');
  const [search] = useSearchParams();
  const form = useForm({
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: (name) => (name.trim() === '' ? t('invalid.required') : null),
      email: (email) => (/^\S+@\S+\.\S+$/.test(email) ? null : t('invalid.email')),
      password: (password) =>
        password.length < MIN_PASSWORD_LENGTH ? t('invalid.password', { count: MIN_PASSWORD_LENGTH }) : null,
    },
  });
  const submit = useMutation({ mutationFn: signUp });
  if (submit.isSuccess) return <Sent email={form.values.email} />;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => submit.mutate({ ...values, language: currentLanguage() }))}
    >
      <Stack>
        <Title order={1} size="h2">
          {t('signUp.title')}
        </Title>
        <TextInput label={t('name')} autoComplete="name" {...form.getInputProps('name')} />
        <TextInput label={t('email')} type="email" autoComplete="email" {...form.getInputProps('email')} />
        <PasswordInput
          label={t('password')}
          description={t('passwordHint', { count: MIN_PASSWORD_LENGTH })}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <ProblemNote error={submit.error} />
        <Button type="submit" loading={submit.isPending}>
          {t('signUp.submit')}
        </Button>
        <Text>
          {t('signUp.haveAccount')}{' '}
          <Anchor component={Link} to={`/sign-in?${search}`}>
            {t('signUp.signIn')}
          </Anchor>
        </Text>
      </Stack>
    </form>
  );
}

function Sent({ email }: { readonly email: string }) {
  const { t } = useTranslation('auth');
  const [search] = useSearchParams();
  const again = useMutation({ mutationFn: () => sendVerificationMail(email) });
  return (
    <Stack>
      <Title order={1} size="h2">
        {t('signUp.sentTitle')}
      </Title>
      <Text role="status">{t('signUp.sentText', { email })}</Text>
      <ProblemNote error={again.error} />
      <Button component={Link} to={`/sign-in?${search}`}>
        {t('signUp.toSignIn')}
      </Button>
      <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>
        {again.isSuccess ? t('signUp.sentAgain') : t('signUp.again')}
      </Button>
    </Stack>
  );
}
