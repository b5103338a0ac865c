import type { UseFormReturnType } from '@mantine/form';

/** What the customer fills in before agreeing to automatic orders; amounts in whole units of the currency. */
export interface LimitValues {
  readonly maxPrice: number | '';
  readonly maxQuantity: number | '';
  readonly maxMonth: number | '';
  readonly recipient: string;
  readonly street: string;
  readonly postalCode: string;
  readonly city: string;
  readonly country: string;
}
export type LimitForm = UseFormReturnType<LimitValues>;

/** Whether everything is there that a mandate needs. */
export const isComplete = (values: LimitValues): boolean =>
  [values.maxPrice, values.maxQuantity, values.maxMonth].every((value) => value !== '' && value > 0) &&
  [values.recipient, values.street, values.postalCode, values.city].every((text) => text.trim() !== '');

/** Minor units of an amount as people type it. */
export function toMinor(amount: number | '', currency: string): number {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return Math.round(Number(amount) * 10 ** digits);
}

export const addressOf = ({ recipient, street, postalCode, city, country }: LimitValues) => ({
  recipient: recipient.trim(),
  street: street.trim(),
  postalCode: postalCode.trim(),
  city: city.trim(),
  country,
});
