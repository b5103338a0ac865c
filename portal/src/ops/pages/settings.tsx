import { Button, NumberInput, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  THRESHOLD_KEYS,
  type ThresholdKey,
  type thresholdsSchema,
} from '../../../../contracts/http/ops/thresholds.ts';
import { call } from '../../api/http.ts';
import type { Wire } from '../../api/wire.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOps } from '../data/queries.ts';
import { useOnce } from '../data/use-once.ts';
import { useFormat } from '../format.ts';
import { writeAmount } from '../ui/amount.ts';
import { AmountField, useAmounts } from '../ui/amount-field.tsx';
import css from '../ui/ops.module.css';
import { Card, PageHead } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { SettingHistory } from './settings-history.tsx';
import { BreakerSettings, ReviewSettings } from './settings-staff.tsx';

type Values = Wire<typeof thresholdsSchema>;

export function Settings() {
  const { t } = useTranslation('ops');
  const query = useOps<Values>('thresholds', '/v1/ops/thresholds');
  return (
    <>
      <PageHead title={t('nav.settings')} />
      <div className={css['grid']} data-columns="2">
        <div className={css['stack']}>
          <QueryView query={query}>{(values) => <Thresholds values={values} />}</QueryView>
          <BreakerSettings />
        </div>
        <ReviewSettings />
      </div>
      <SettingHistory />
    </>
  );
}

/** Only what was changed is sent; an emptied field goes back to what the environment says. */
function Thresholds({ values }: { readonly values: Values }) {
  const { t } = useTranslation(['ops', 'common']);
  const client = useQueryClient();
  const [changed, setChanged] = useState<Partial<Record<ThresholdKey, number | null>>>({});
  const [reason, setReason] = useState('');
  const saving = useMutation({
    mutationFn: () =>
      call<Values>('PATCH', '/v1/ops/thresholds', { body: { values: changed, reason: reason.trim() } }),
    onSuccess: async () => {
      setChanged({});
      setReason('');
      await client.invalidateQueries({ queryKey: ['thresholds'] });
    },
  });
  const send = useOnce(saving);
  const count = Object.keys(changed).length;
  return (
    <Card title={t('settings.thresholds')}>
      <form
        className={css['stack']}
        onSubmit={(event) => {
          event.preventDefault();
          if (count > 0 && reason.trim() !== '') send();
        }}
      >
        {THRESHOLD_KEYS.map((key) => (
          <ThresholdField
            key={key}
            name={key}
            threshold={values[key]}
            changed={changed[key]}
            onChange={(value) =>
              setChanged((before) => {
                const { [key]: _, ...others } = before;
                return value === values[key].value ? others : { ...others, [key]: value };
              })
            }
          />
        ))}
        {count === 0 ? null : (
          <Textarea
            size="sm"
            label={t('why')}
            required
            maxLength={500}
            autosize
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <ProblemNote error={saving.error} />
        <div className={css['row']}>
          <Button
            type="submit"
            size="sm"
            loading={saving.isPending}
            disabled={count === 0 || reason.trim() === ''}
          >
            {count === 0 ? t('common:action.save') : t('settings.save', { count })}
          </Button>
          <span role="status" className={css['dim']}>
            {saving.isSuccess && count === 0 ? t('common:saved') : null}
          </span>
        </div>
      </form>
    </Card>
  );
}

/** Of what is less than a minor unit: a spare costs a fraction of a cent a day. */
const FINER_DIGITS = 4;

interface FieldProps {
  readonly name: ThresholdKey;
  readonly threshold: Values[ThresholdKey];
  /** undefined: as it is. */
  readonly changed: number | null | undefined;
  readonly onChange: (value: number | null) => void;
}

export function ThresholdField({ name, threshold, changed, onChange }: FieldProps) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  const amounts = useAmounts();
  const { value, configured, unit, min, max, step } = threshold;
  const finer = step === 'any' ? FINER_DIGITS : 0;
  const shown = changed === undefined ? value : changed;
  if (unit === 'minor') {
    return (
      <AmountField
        label={t(`settings.names.${name}`)}
        description={t('settings.fallback', {
          value: writeAmount(configured, { ...amounts, finer }),
          unit: amounts.currencies,
        })}
        {...{ min, max, finer }}
        value={shown}
        clearable
        onChange={onChange}
      />
    );
  }
  return (
    <NumberInput
      size="sm"
      label={t(`settings.names.${name}`)}
      description={t('settings.fallback', {
        value: number(configured, 2),
        unit: t(`settings.units.${unit}`),
      })}
      suffix={` ${t(`settings.units.${unit}`)}`}
      min={min}
      max={max}
      allowDecimal={step === 'any'}
      value={shown ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : null)}
    />
  );
}
