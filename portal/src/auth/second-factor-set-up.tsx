import {
  Button,
  Checkbox,
  Code,
  CopyButton,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../ui/problem-note.tsx';
import { QrCode } from '../ui/qr-code.tsx';
import { sendCode, setUpTwoFactor } from './account-api.ts';

/** Sets an authenticator app up: password, QR code and backup codes, first code. */
export function SecondFactorSetUp({ onDone }: { readonly onDone?: () => void }) {
  const { t } = useTranslation('auth');
  const [password, setPassword] = useState('');
  const begin = useMutation({ mutationFn: setUpTwoFactor });
  if (begin.data !== undefined)
    return <Finish {...begin.data} {...(onDone === undefined ? {} : { onDone })} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate(password);
      }}
    >
      <Stack>
        <PasswordInput
          label={t('factor.password')}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <ProblemNote
          error={begin.error}
          texts={{ 'auth-refused': t('factor.wrongPassword'), 'sign-in-failed': t('factor.wrongPassword') }}
        />
        <Button type="submit" loading={begin.isPending}>
          {t('factor.begin')}
        </Button>
      </Stack>
    </form>
  );
}

interface FinishProps {
  readonly totpUri: string;
  readonly backupCodes: readonly string[];
  readonly onDone?: () => void;
}

function Finish({ totpUri, backupCodes, onDone }: FinishProps) {
  const { t } = useTranslation('auth');
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [isKept, setKept] = useState(false);
  const finish = useMutation({
    mutationFn: sendCode,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['me'] });
      onDone?.();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        finish.mutate(code.replaceAll(/\s/g, ''));
      }}
    >
      <Stack>
        <Title order={3} size="h5">
          {t('factor.scan')}
        </Title>
        <QrCode text={totpUri} label={t('factor.qr')} />
        <Text size="sm">
          {t('factor.scanText')} <Code>{new URL(totpUri).searchParams.get('secret')}</Code>
        </Text>
        <Title order={3} size="h5">
          {t('factor.backup')}
        </Title>
        <Text size="sm">{t('factor.backupText')}</Text>
        <SimpleGrid cols={2} spacing="xs">
          {backupCodes.map((backup) => (
            <Code key={backup}>{backup}</Code>
          ))}
        </SimpleGrid>
        <CopyButton value={backupCodes.join('\n')}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t('factor.copied') : t('factor.copy')}
            </Button>
          )}
        </CopyButton>
        <Checkbox
          label={t('factor.kept')}
          checked={isKept}
          onChange={(event) => setKept(event.currentTarget.checked)}
        />
        <TextInput
          label={t('code.label')}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <ProblemNote
          error={finish.error}
          texts={{
            'sign-in-failed': t('code.failed'),
            'auth-refused': t('code.failed'),
            'invalid-request': t('code.failed'),
          }}
        />
        <Button type="submit" disabled={!isKept} loading={finish.isPending}>
          {t('factor.finish')}
        </Button>
      </Stack>
    </form>
  );
}
