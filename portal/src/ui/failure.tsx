import { Button, Code, Group, Text } from '@mantine/core';
import { IconCloudOff, IconMoodSad } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem.ts';
import { Empty } from './empty.tsx';

interface Props {
  readonly error: unknown;
  readonly retry?: () => void;
  readonly full?: boolean;
}

/** Something did not come: says what in plain words, what to quote, and offers a way out. */
export function Failure({ error, retry, full = false }: Props) {
  const { t } = useTranslation();
  const problem = error instanceof ProblemError ? error : null;
  const isOffline = problem?.code === 'offline';
  return (
    <Empty
      role="alert"
      full={full}
      icon={isOffline ? <IconCloudOff /> : <IconMoodSad />}
      title={isOffline ? t('failure.offline') : (problem?.problem?.title ?? t('failure.title'))}
      text={isOffline ? t('failure.offlineText') : (problem?.problem?.detail ?? t('failure.text'))}
      action={
        <Group justify="center">
          {retry === undefined ? null : <Button onClick={retry}>{t('failure.retry')}</Button>}
        </Group>
      }
    >
      {problem?.problem?.requestId === undefined ? null : (
        <Text size="sm" c="dimmed">
          {t('failure.quote')} <Code>{problem.problem.requestId}</Code>
        </Text>
      )}
    </Empty>
  );
}
