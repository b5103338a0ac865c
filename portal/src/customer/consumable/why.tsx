import { Accordion, Button, Drawer, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../ui/failure.tsx';
import { Loading } from '../../ui/loading.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import { type Decision, useDecisions } from '../data/consumables.ts';
import css from './why.module.css';

interface Gate {
  readonly gate: string;
  readonly pass: boolean;
  readonly reason: string;
}

/** Opens the last decisions in plain words, with every gate. */
export function Why({ consumableId }: { readonly consumableId: string }) {
  const { t } = useTranslation(['customer', 'common']);
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button
        variant="subtle"
        size="compact-md"
        onClick={open}
        leftSection={<IconHelpCircle size={18} aria-hidden />}
      >
        {t('consumable.why')}
      </Button>
      <Drawer
        opened={isOpen}
        onClose={close}
        title={t('consumable.whyTitle')}
        position="right"
        size="md"
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        {isOpen ? <Decisions consumableId={consumableId} /> : null}
      </Drawer>
    </>
  );
}

function Decisions({ consumableId }: { readonly consumableId: string }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const decisions = useDecisions(consumableId);
  if (decisions.isPending) return <Loading />;
  if (decisions.isError) return <Failure error={decisions.error} retry={() => void decisions.refetch()} />;
  const [latest, ...earlier] = decisions.data;
  if (latest === undefined) return <Text>{t('consumable.whyNone')}</Text>;
  return (
    <Stack>
      <Text fw={560}>{latest.sentence}</Text>
      <Text size="sm" c="dimmed">
        {t('consumable.decidedAt', { when: format.moment(latest.at) })}
      </Text>
      <Text size="sm">{t('consumable.whyText')}</Text>
      <Gates decision={latest} />
      {earlier.length === 0 ? null : (
        <>
          <Text fw={560}>{t('consumable.earlier')}</Text>
          <Accordion variant="contained">
            {earlier.map((decision) => (
              <Accordion.Item key={decision.id} value={decision.id}>
                <Accordion.Control>
                  <Text size="sm" c="dimmed">
                    {format.moment(decision.at)}
                  </Text>
                  {decision.sentence}
                </Accordion.Control>
                <Accordion.Panel>
                  <Gates decision={decision} />
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        </>
      )}
    </Stack>
  );
}

function Gates({ decision }: { readonly decision: Decision }) {
  const { t } = useTranslation('customer');
  const gates = Array.isArray(decision.gates) ? (decision.gates as readonly Gate[]) : [];
  return (
    <ul className={css['gates']}>
      {gates.map(({ gate, pass, reason }) => (
        <li key={gate} data-pass={pass || undefined}>
          {pass ? (
            <IconCircleCheck size={20} aria-label={t('consumable.passes')} />
          ) : (
            <IconCircleX size={20} aria-label={t('consumable.fails')} />
          )}
          <span>{reason}</span>
        </li>
      ))}
    </ul>
  );
}
