import { Anchor, Radio, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useMay } from '../current-customer.tsx';
import { covers, isLive, useConsents } from '../data/consents.ts';
import type { Consumable } from '../data/consumables.ts';
import css from './strategy-ladder.module.css';
import { useChangeConsumable } from './use-change-consumable.ts';

const STEPS = ['respond', 'coach', 'curated', 'automatic'] as const;
type Step = (typeof STEPS)[number];
const isStep = (text: string): text is Step => STEPS.some((step) => step === text);

/** How much is left to Neverout: each step says what it means, and why it cannot be had. */
export function StrategyLadder({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const may = useMay('member');
  const change = useChangeConsumable(consumable.id);
  const hindrances = useHindrances(consumable);
  return (
    <Card title={t('consumable.strategyTitle')}>
      <Radio.Group
        aria-label={t('consumable.ladderLabel')}
        value={consumable.strategy}
        onChange={(strategy) => {
          if (isStep(strategy) && !change.isPending) change.mutate({ strategy });
        }}
      >
        <div className={css['steps']}>
          {STEPS.map((step) => {
            const hindrance = hindrances[step];
            return (
              <div
                key={step}
                className={css['step']}
                data-checked={consumable.strategy === step || undefined}
              >
                <Radio
                  value={step}
                  disabled={!may || (hindrance !== undefined && consumable.strategy !== step)}
                  label={<Text fw={580}>{t(`strategy.${step}`)}</Text>}
                  description={t(`strategyText.${step}`)}
                />
                {hindrance === undefined ? null : (
                  <Text size="sm" ml={32} mt={4}>
                    {t('consumable.notYet', { reason: hindrance.reason })}{' '}
                    {hindrance.to === null ? null : (
                      <Anchor component={Link} to={hindrance.to} size="sm">
                        {t('consumable.limitsGive')}
                      </Anchor>
                    )}
                  </Text>
                )}
              </div>
            );
          })}
        </div>
      </Radio.Group>
      <ProblemNote error={change.error} />
    </Card>
  );
}

interface Hindrance {
  readonly reason: string;
  /** Where the customer can do something about it. */
  readonly to: string | null;
}

/** What stands in the way of each step: the forecast's ceiling, or a consent that is not given. */
function useHindrances(consumable: Consumable): Partial<Record<Step, Hindrance>> {
  const { t } = useTranslation('customer');
  const consents = useConsents();
  const { predictability } = consumable;
  const hindrances: Partial<Record<Step, Hindrance>> = {};
  if (predictability !== null) {
    for (const step of STEPS.slice(STEPS.indexOf(predictability.ceiling) + 1)) {
      hindrances[step] = { reason: predictability.reason, to: null };
    }
  }
  const hasMandate = consents.data?.some(
    (consent) =>
      consent.purpose === 'automatic-order' &&
      isLive(consent) &&
      covers(consent, consumable.deviceId, consumable.id),
  );
  if (hasMandate === false && hindrances.automatic === undefined) {
    hindrances.automatic = {
      reason: t('consumable.needsMandate'),
      to: `/connect/${consumable.deviceId}/consent`,
    };
  }
  return hindrances;
}
