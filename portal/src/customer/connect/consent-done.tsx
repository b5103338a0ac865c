import { Button, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import type { Consent } from '../data/consents.ts';
import { ReceiptButton } from '../privacy/receipt-button.tsx';

/** What was agreed to, with its receipts. */
export function ConsentDone({ consents }: { readonly consents: readonly Consent[] }) {
  const { t } = useTranslation('customer');
  return (
    <Page title={t('connect.doneTitle')}>
      <Card>
        <Stack align="flex-start">
          {consents.length === 0 ? null : <Text>{t('connect.doneText')}</Text>}
          {consents.map(({ id, purpose }) => (
            <ReceiptButton key={id} consentId={id} icon={<IconDownload size={18} aria-hidden />}>
              {t('connect.receipt', { purpose: t(`purpose.${purpose}`) })}
            </ReceiptButton>
          ))}
          <Button component={Link} to="/">
            {t('connect.toHome')}
          </Button>
        </Stack>
      </Card>
    </Page>
  );
}
