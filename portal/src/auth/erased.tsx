import { Button, Code, List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import type { z } from 'zod';
import type { startedErasureSchema } from '../../../contracts/http/erasure.ts';

/** After an erasure, when nobody is signed in any more: the receipt's token and the devices' codes, shown once. */
export function Erased() {
  const { t } = useTranslation('auth');
  const started = useLocation().state as z.input<typeof startedErasureSchema> | null;
  return (
    <Stack>
      <Title order={1} size="h2">
        {t('erased.title')}
      </Title>
      <Text>{t('erased.text')}</Text>
      {started === null ? null : (
        <>
          <Text fw={560}>{t('erased.token')}</Text>
          <Code block>{started.receiptToken}</Code>
          {started.releasedDevices.length === 0 ? null : <Text fw={560}>{t('erased.codes')}</Text>}
          <List size="sm">
            {started.releasedDevices.map(({ deviceId, name, claimCode }) => (
              <List.Item key={deviceId}>
                {name}: <Code>{claimCode}</Code>
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Button component={Link} to="/sign-in">
        {t('erased.leave')}
      </Button>
    </Stack>
  );
}
