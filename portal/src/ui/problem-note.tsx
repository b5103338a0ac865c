import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem.ts';

interface Props {
  readonly error: unknown;
  /** Better words than the API's for some codes. */
  readonly texts?: Readonly<Partial<Record<string, string>>>;
}

/** Why the last try was refused; nothing without an error. */
export function ProblemNote({ error, texts = {} }: Props) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  return (
    <Alert color="brick" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      {wordsOf(error, texts) ?? t('failure.text')}
    </Alert>
  );

  function wordsOf(cause: unknown, better: Props['texts'] = {}): string | undefined {
    if (!(cause instanceof ProblemError)) return undefined;
    if (cause.code === 'offline') return t('failure.offlineText');
    if (cause.code === 'too-many-requests') return t('failure.tooMany');
    return better[cause.code] ?? cause.problem?.detail;
  }
}
