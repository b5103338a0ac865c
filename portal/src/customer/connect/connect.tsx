import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { z } from 'zod';
import type { newClaimSchema } from '../../../../contracts/http/claims.ts';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useCustomer } from '../current-customer.tsx';
import type { Device } from '../data/consumables.ts';
import { CodeScanner } from './code-scanner.tsx';
import { Steps } from './steps.tsx';

const claim = (body: z.input<typeof newClaimSchema>): Promise<Device> => call('POST', '/v1/claims', { body });

/** First step: the code on the device's label, typed or scanned. */
export function ConnectPage() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [code, setCode] = useState('');
  const submit = useMutation({
    mutationFn: claim,
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['devices'] });
      await navigate(`/connect/${id}`);
    },
  });
  return (
    <Page title={t('connect.title')} back={{ to: '/', label: t('consumable.back') }}>
      <Steps active={0} />
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit.mutate({ code: code.trim(), customerId: customer.id });
          }}
        >
          <Stack>
            <Text>{t('connect.codeText')}</Text>
            <TextInput
              label={t('connect.code')}
              placeholder={t('connect.codePlaceholder')}
              autoCapitalize="characters"
              autoComplete="off"
              spellCheck={false}
              required
              value={code}
              onChange={(event) => setCode(event.currentTarget.value.toUpperCase())}
            />
            <CodeScanner onCode={setCode} />
            <ProblemNote
              error={submit.error}
              texts={{ 'invalid-claim-code': t('connect.refused'), 'invalid-request': t('connect.refused') }}
            />
            <Button type="submit" loading={submit.isPending}>
              {t('connect.submit')}
            </Button>
          </Stack>
        </form>
      </Card>
    </Page>
  );
}
