import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { download } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useCustomer, useMay } from '../current-customer.tsx';
import { Consents } from './consents.tsx';
import { Erasure } from './erasure.tsx';
import { Members } from './members.tsx';
import { Passkeys } from './passkeys.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

/** What was agreed to, who may sign in, and the ways out. */
export function PrivacyPage() {
  const { t } = useTranslation('customer');
  const isOwner = useMay('owner');
  return (
    <Page title={t('privacy.title')}>
      <Consents />
      <Members />
      <Sessions />
      <Passkeys />
      <SecondFactor />
      {isOwner ? (
        <>
          <Export />
          <Erasure />
        </>
      ) : null}
    </Page>
  );
}

function Export() {
  const { t } = useTranslation('customer');
  const { customer } = useCustomer();
  const archive = useMutation({
    mutationFn: () => download(`/v1/customers/${customer.id}/export`, 'neverout.zip'),
  });
  return (
    <Card title={t('privacy.exportTitle')}>
      <Text mb="sm">{t('privacy.exportText')}</Text>
      <Button variant="default" loading={archive.isPending} onClick={() => archive.mutate()}>
        {t('privacy.export')}
      </Button>
      <ProblemNote error={archive.error} />
    </Card>
  );
}
