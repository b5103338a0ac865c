import { TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { productsPage } from '../../../../contracts/http/products.ts';
import type { Wire } from '../../api/wire.ts';
import { useOps } from '../data/queries.ts';
import { type AmountRules, parseAmount, writeAmount } from './amount.ts';

export interface Amounts {
  /** What orders are paid in here: one currency mostly; empty while nothing is sold. */
  readonly currencies: string;
  readonly digits: number;
  readonly decimal: '.' | ',';
}

/** How amounts of a setting are written: they hold for every order in its own currency. */
export function useAmounts(): Amounts {
  const { i18n } = useTranslation();
  const products = useOps<Wire<typeof productsPage>>('products', '/v1/products', { limit: 100 });
  const used = [...new Set(products.data?.items.map(({ currency }) => currency))].toSorted();
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: used[0] ?? 'EUR' });
  return {
    currencies: used.join(' / '),
    digits: format.resolvedOptions().maximumFractionDigits ?? 2,
    decimal: i18n.language === 'de' ? ',' : '.',
  };
}

interface Props extends Pick<AmountRules, 'min' | 'max' | 'finer'> {
  readonly label: string;
  readonly description?: string;
  /** In minor units; null: none. */
  readonly value: number | null;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  /** Whether nothing may stand in it. */
  readonly clearable?: boolean;
  readonly onChange: (minor: number | null) => void;
}

/** An amount as people write it, its currency beside it. What is none keeps the form from being sent, and says why. */
export function AmountField(props: Props) {
  const { label, description, value, placeholder = '', disabled = false, clearable = false } = props;
  const { t } = useTranslation('ops');
  const { currencies, digits, decimal } = useAmounts();
  const rules = { digits, decimal, finer: props.finer ?? 0, min: props.min, max: props.max };
  const write = (minor: number | null) => (minor === null ? '' : writeAmount(minor, rules));
  const [text, setText] = useState<string>();
  const [known, setKnown] = useState(value);
  // Changed from elsewhere, the value is shown; by what is typed here, the typed text stays.
  if (known !== value) {
    setKnown(value);
    setText(undefined);
  }
  const shown = text ?? write(value);
  const typed = parseAmount(shown, rules);
  const isFine = 'minor' in typed || (typed.problem === 'empty' && (clearable || disabled));
  const problem = isFine || !('problem' in typed) ? '' : reasonOf(typed.problem);
  function reasonOf(found: 'empty' | 'notAnAmount' | 'tooFine' | 'tooSmall' | 'tooLarge'): string {
    const example = writeAmount(2500 * 10 ** (digits - 2), rules);
    const limits = { min: write(props.min), max: write(props.max) };
    return t(`amount.${found}`, { example, digits: digits + rules.finer, ...limits });
  }
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.setCustomValidity(problem), [problem]);
  return (
    <TextInput
      ref={input}
      size="sm"
      label={label}
      {...(description === undefined ? {} : { description })}
      inputMode="decimal"
      autoComplete="off"
      disabled={disabled}
      placeholder={placeholder}
      value={shown}
      error={problem === '' ? null : problem}
      rightSection={<span aria-hidden>{currencies}</span>}
      rightSectionWidth={`${currencies.length + 3}ch`}
      rightSectionPointerEvents="none"
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const read = parseAmount(next, rules);
        const minor = 'minor' in read ? read.minor : null;
        if (!('minor' in read) && !(read.problem === 'empty' && clearable)) return;
        setKnown(minor);
        props.onChange(minor);
      }}
      onBlur={() => {
        if (problem === '') setText(undefined);
      }}
    />
  );
}
