import { Alert, Anchor, Button, Group, Radio, Text } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { call } from '../../api/http.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import { covers, isLive, useConsents } from '../data/consents.ts';
import type { Consumable } from '../data/consumables.ts';
import { type Ladder, useLadder } from '../data/ladder.ts';
import css from './strategy-ladder.module.css';
import { useChangeConsumable } from './use-change-consumable.ts';

/** How much is left to Neverout: each step says what it means, and why it cannot be had. */
export function StrategyLadder({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const change = useChangeConsumable(consumable.id);
  const ladder = useLadder(consumable.id);
  const lacksMandate = useLacksMandate(consumable);
  if (ladder.data === undefined) return null;
  const { steps, why, suggestion } = ladder.data;
  const chosen = change.isPending ? (change.variables.strategy ?? consumable.strategy) : consumable.strategy;
  const choose = (value: string) => {
    const step = steps.find(({ strategy }) => strategy === value);
    if (step !== undefined && !change.isPending) change.mutate({ strategy: step.strategy });
  };
  return (
    <Card title={t('consumable.strategyTitle')}>
      {why === null ? null : (
        <Alert mb="sm" variant="light" color="amber">
          {why}
        </Alert>
      )}
      {suggestion === null || !may ? null : (
        <Suggestion consumableId={consumable.id} suggestion={suggestion} onTake={choose} />
      )}
      <Radio.Group aria-label={t('consumable.ladderLabel')} value={chosen} onChange={choose}>
        <div className={css['steps']}>
          {steps.map(({ strategy, available, reason, code }) => (
            <div key={strategy} className={css['step']} data-checked={chosen === strategy || undefined}>
              <Radio
                value={strategy}
                disabled={!may || (!available && chosen !== strategy)}
                label={<Text fw={580}>{t(`strategy.${strategy}`)}</Text>}
                description={t(`strategyText.${strategy}`)}
              />
              {available && code === 'open' ? null : (
                <Text size="sm" ml={32} mt={4}>
                  {available ? reason : t('consumable.notYet', { reason })}
                </Text>
              )}
              {strategy === 'automatic' && available && lacksMandate ? (
                <Text size="sm" ml={32} mt={4}>
                  {t('consumable.needsMandate')}{' '}
                  <Anchor component={Link} to={`/connect/${consumable.deviceId}/consent`} size="sm">
                    {t('consumable.limitsGive')}
                  </Anchor>
                </Text>
              ) : null}
            </div>
          ))}
        </div>
      </Radio.Group>
      <ProblemNote error={change.error} />
    </Card>
  );
}

/** Whether no live consent lets Neverout order for it. Unknown counts as having one: nothing flickers. */
function useLacksMandate({ deviceId, id }: Consumable): boolean {
  const consents = useConsents();
  return (
    consents.data !== undefined &&
    !consents.data.some(
      (consent) => consent.purpose === 'automatic-order' && isLive(consent) && covers(consent, deviceId, id),
    )
  );
}

interface SuggestionProps {
  readonly consumableId: string;
  readonly suggestion: NonNullable<Ladder['suggestion']>;
  readonly onTake: (strategy: string) => void;
}

/** A step that would fit better. Nothing happens by itself. */
function Suggestion({ consumableId, suggestion, onTake }: SuggestionProps) {
  const { t } = useTranslation('customer');
  const client = useQueryClient();
  const dismiss = useMutation({
    mutationFn: () => call('POST', `/v1/consumables/${consumableId}/suggestion/dismiss`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['consumables'] }),
  });
  return (
    <Alert mb="sm" variant="light" icon={<IconBulb aria-hidden />}>
      <Text mb="xs">{suggestion.reason}</Text>
      <Group gap="xs">
        <Button size="sm" onClick={() => onTake(suggestion.to)}>
          {t(`strategy.${suggestion.to}`)}
        </Button>
        <Button size="sm" variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
          {t('consumable.dismiss')}
        </Button>
      </Group>
    </Alert>
  );
}
