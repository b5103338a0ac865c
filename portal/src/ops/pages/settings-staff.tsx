import { Button, Checkbox, NumberInput, Switch, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BreakerSettings as Breaker } from '../../../../contracts/http/breaker.ts';
import type { ReviewSettings as Review } from '../../../../contracts/http/review.ts';
import { call } from '../../api/http.ts';
import { useMe } from '../../api/me.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useOps } from '../data/queries.ts';
import { useOnce } from '../data/use-once.ts';
import { AmountField } from '../ui/amount-field.tsx';
import details from '../ui/details.module.css';
import css from '../ui/ops.module.css';
import { Card } from '../ui/parts.tsx';
import { QueryView } from '../ui/query-view.tsx';

/** How a number of a setting is shown and entered: times `factor`, with a unit behind it. */
interface Field {
  readonly unit: 'none' | 'percent' | 'minor' | 'hours' | 'days' | 'times' | 'perMillion';
  readonly factor: number;
  readonly min: number;
  readonly max: number;
  /** Whether it may be off. */
  readonly optional: boolean;
  readonly decimals: number;
}

const plain: Field = { unit: 'none', factor: 1, min: 1, max: 1_000_000, optional: true, decimals: 0 };
const percent: Field = { ...plain, unit: 'percent', factor: 100, min: 0, max: 10_000, decimals: 1 };
const minor: Field = { ...plain, unit: 'minor', min: 0, max: 2_147_483_647 };

const REVIEW_FIELDS = {
  firstOrders: { ...plain, max: 1_000 },
  highPriceMinor: minor,
  priceRise: percent,
  quantityTimes: { ...plain, unit: 'times', max: 1_000, decimals: 2 },
  quantityMax: { ...plain, max: 10_000 },
  useRise: percent,
  refusedMessages: plain,
  newModelOrders: plain,
  twoPersonMinor: minor,
  decideWithinHours: { ...plain, unit: 'hours', max: 720, optional: false, decimals: 1 },
  pauseDays: { ...plain, unit: 'days', min: 0, max: 365, optional: false, decimals: 1 },
} as const satisfies Readonly<Record<keyof Review, Field>>;

const BREAKER_FIELDS = {
  floorPerDay: { ...plain, optional: false },
  narrowFloorPerDay: { ...plain, optional: false },
  chance: {
    ...plain,
    unit: 'perMillion',
    factor: 1e6,
    min: 0.000001,
    max: 10_000,
    optional: false,
    decimals: 6,
  },
  graceHours: { ...plain, unit: 'hours', min: 0, max: 720, optional: false, decimals: 1 },
} as const satisfies Readonly<Record<Exclude<keyof Breaker, 'enabled'>, Field>>;

const DECIMALS = 9;
const round = (value: number): number => Number(value.toFixed(DECIMALS));

/** What makes an automatic order wait for the staff. Admins change it; ops see it. */
export function ReviewSettings() {
  const query = useOps<Review>('review-settings', '/v1/review/settings');
  return (
    <QueryView query={query}>
      {(values) => (
        <SettingForm group="review" path="/v1/review/settings" values={values} fields={REVIEW_FIELDS} />
      )}
    </QueryView>
  );
}

/** When the platform stops ordering by itself. */
export function BreakerSettings() {
  const query = useOps<Breaker>('breaker-settings', '/v1/breaker/settings');
  return (
    <QueryView query={query}>
      {(values) => (
        <SettingForm group="breaker" path="/v1/breaker/settings" values={values} fields={BREAKER_FIELDS} />
      )}
    </QueryView>
  );
}

type Value = number | boolean | null;

interface FormProps {
  readonly group: 'review' | 'breaker';
  readonly path: string;
  readonly values: Readonly<Record<string, Value>>;
  readonly fields: Readonly<Record<string, Field>>;
}

function SettingForm(props: FormProps) {
  const { group, path, values, fields } = props;
  const { t } = useTranslation(['ops', 'common']);
  const client = useQueryClient();
  const isAdmin = useMe().data?.role === 'admin';
  const [changed, setChanged] = useState<Readonly<Record<string, Value>>>({});
  const [reason, setReason] = useState('');
  const saving = useMutation({
    mutationFn: () => call('PUT', path, { body: { ...values, ...changed, reason: reason.trim() } }),
    onSuccess: async () => {
      setChanged({});
      setReason('');
      const topics = [`${group}-settings`, 'thresholds'];
      await Promise.all(topics.map((topic) => client.invalidateQueries({ queryKey: [topic] })));
    },
  });
  const send = useOnce(saving);
  const change = (name: string, value: Value) =>
    setChanged(({ [name]: _, ...others }) =>
      value === values[name] ? others : { ...others, [name]: value },
    );
  const count = Object.keys(changed).length;
  const isReady = count > 0 && reason.trim() !== '';
  return (
    <Card title={t(`settings.${group}`)}>
      <form
        className={css['stack']}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) send();
        }}
      >
        <p className={css['dim']}>{t(isAdmin ? `settings.${group}Text` : 'settings.adminsOnly')}</p>
        {Object.entries(values).map(([name, value]) => (
          <SettingField
            key={name}
            label={t(`settings.${group}Names.${name}` as 'settings.reviewNames.priceRise')}
            field={fields[name]}
            value={changed[name] === undefined ? value : changed[name]}
            isFixed={!isAdmin}
            onChange={(next) => change(name, next)}
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
        {isAdmin ? (
          <div className={css['row']}>
            <Button type="submit" size="sm" loading={saving.isPending} disabled={!isReady}>
              {count === 0 ? t('common:action.save') : t('settings.save', { count })}
            </Button>
            <span role="status" className={css['dim']}>
              {saving.isSuccess && count === 0 ? t('common:saved') : null}
            </span>
          </div>
        ) : null}
      </form>
    </Card>
  );
}

interface FieldProps {
  readonly label: string;
  /** undefined: a switch. */
  readonly field: Field | undefined;
  readonly value: Value;
  readonly isFixed: boolean;
  readonly onChange: (value: Value) => void;
}

function SettingField({ label, field, value, isFixed, onChange }: FieldProps) {
  const { t } = useTranslation('ops');
  if (field === undefined) {
    return (
      <Switch
        size="sm"
        label={label}
        checked={value === true}
        disabled={isFixed}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  const { unit, factor, min, max, optional, decimals } = field;
  const isOff = value === null;
  return (
    <div className={details['setting']}>
      {unit === 'minor' ? (
        <AmountField
          label={label}
          {...{ min, max }}
          value={typeof value === 'number' ? value : null}
          disabled={isFixed || isOff}
          placeholder={isOff ? t('settings.never') : ''}
          onChange={onChange}
        />
      ) : (
        <NumberInput
          size="sm"
          label={label}
          suffix={unit === 'none' ? '' : ` ${t(`settings.units.${unit}`)}`}
          min={min}
          max={max}
          decimalScale={decimals}
          disabled={isFixed || isOff}
          value={typeof value === 'number' ? round(value * factor) : ''}
          placeholder={isOff ? t('settings.never') : ''}
          onChange={(next) => (typeof next === 'number' ? onChange(round(next / factor)) : undefined)}
        />
      )}
      {optional ? (
        <Checkbox
          size="sm"
          label={t('settings.never')}
          aria-label={`${label}: ${t('settings.never')}`}
          checked={isOff}
          disabled={isFixed}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? null : round(Math.max(min, 1) / factor))
          }
        />
      ) : null}
    </div>
  );
}
