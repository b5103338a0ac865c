import { Accordion, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { withdrawnConsentSchema } from '../../../../contracts/http/consents.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { Card } from '../../ui/card.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer, useMay } from '../current-customer.tsx';
import { type Consent, isLive, useConsents } from '../data/consents.ts';
import { useConsumables, useDevices } from '../data/consumables.ts';
import css from './privacy.module.css';
import { ReceiptButton } from './receipt-button.tsx';

/** Every consent with its history, and its end in two clicks. */
export function Consents() {
  const { t } = useTranslation('customer');
  const consents = useConsents();
  if (consents.isPending) return <Loading />;
  if (consents.isError) return <Failure error={consents.error} retry={() => void consents.refetch()} />;
  const live = consents.data.filter(isLive);
  const ended = consents.data.filter((consent) => !isLive(consent));
  return (
    <Card title={t('privacy.consents')}>
      {live.length === 0 ? <Text c="dimmed">{t('privacy.consentsEmpty')}</Text> : null}
      <ul className={css['list']}>
        {live.map((consent) => (
          <ConsentItem key={consent.id} consent={consent} />
        ))}
      </ul>
      {ended.length === 0 ? null : (
        <Accordion variant="default" mt="sm">
          <Accordion.Item value="ended">
            <Accordion.Control>{t('privacy.history')}</Accordion.Control>
            <Accordion.Panel>
              <ul className={css['list']}>
                {ended.map((consent) => (
                  <ConsentItem key={consent.id} consent={consent} />
                ))}
              </ul>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </Card>
  );
}

function useScope({ deviceId, consumableId }: Consent): string {
  const { t } = useTranslation('customer');
  const devices = useDevices();
  const consumables = useConsumables();
  if (consumableId !== null) {
    const found = consumables.data?.find(({ id }) => id === consumableId);
    return found === undefined ? '' : `${slotInWords(found.name)}, ${found.deviceName}`;
  }
  if (deviceId === null) return t('privacy.scopeAll');
  return devices.data?.find(({ id }) => id === deviceId)?.name ?? '';
}

function ConsentItem({ consent }: { readonly consent: Consent }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const scope = useScope(consent);
  const { purpose, grantedAt, withdrawal, validUntil, text, language } = consent;
  const times = [
    t('privacy.since', { when: format.moment(grantedAt) }),
    ...(withdrawal === null
      ? []
      : [t('privacy.withdrawnOn', { when: format.moment(withdrawal.withdrawnAt) })]),
    ...(withdrawal === null && validUntil !== null && !isLive(consent)
      ? [t('privacy.expiredOn', { when: format.moment(validUntil) })]
      : []),
  ];
  return (
    <li className={css['item']}>
      <Text fw={580}>
        {t(`purpose.${purpose}`)}
        {scope === '' ? '' : ` · ${scope}`}
      </Text>
      <Text size="sm" c="dimmed">
        {times.join(', ')}
      </Text>
      <details className={css['details']}>
        <summary>{t('privacy.showText')}</summary>
        <p lang={language}>{text}</p>
      </details>
      <Group gap="xs">
        <ReceiptButton consentId={consent.id}>{t('privacy.receipt')}</ReceiptButton>
        {isLive(consent) ? <Withdraw consent={consent} /> : null}
      </Group>
    </li>
  );
}

/** Two clicks, neither harder than agreeing was (GDPR, Article 7(3)). */
function Withdraw({ consent }: { readonly consent: Consent }) {
  const { t } = useTranslation(['customer', 'common']);
  const isOwner = useMay('owner');
  const client = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const withdraw = useMutation({
    mutationFn: () =>
      call<Wire<typeof withdrawnConsentSchema>>('POST', `/v1/consents/${consent.id}/withdraw`, {
        body: { method: 'portal' },
      }),
    onSuccess: async () => {
      close();
      await client.invalidateQueries();
    },
  });
  if (!isOwner) return null;
  return (
    <>
      <Button variant="default" size="sm" onClick={open}>
        {t('privacy.withdraw')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('privacy.withdrawTitle')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <Stack>
          <Text>{t('privacy.withdrawText')}</Text>
          <ProblemNote error={withdraw.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('common:action.cancel')}
            </Button>
            <Button
              color="brick"
              loading={withdraw.isPending}
              onClick={() => withdraw.mutate()}
              data-autofocus
            >
              {t('privacy.withdrawYes')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
