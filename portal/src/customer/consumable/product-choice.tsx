import { Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useMay } from '../current-customer.tsx';
import { type Consumable, useDeviceModel, useFittingProducts } from '../data/consumables.ts';
import { useChangeConsumable } from './use-change-consumable.ts';

/** What is ordered, with the price of one use where the maker says how many a filling has. */
export function ProductChoice({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const format = useFormat();
  const may = useMay('member');
  const change = useChangeConsumable(consumable.id);
  const model = useDeviceModel(consumable.deviceModelId);
  const products = useFittingProducts(consumable.deviceModelId, [consumable.key]);
  const uses = model.data?.slots.find(({ key }) => key === consumable.key)?.yieldUses ?? null;
  const smallMoney = (minor: number, currency: string) =>
    new Intl.NumberFormat(document.documentElement.lang, {
      style: 'currency',
      currency,
      maximumFractionDigits: 4,
    }).format(minor / 100);
  const options = (products.data ?? []).map(({ id, name, unitPriceMinor, packSize, currency }) => {
    const perFilling = unitPriceMinor / packSize;
    const price =
      uses === null
        ? t('consumable.perFilling', { price: format.money(perFilling, currency) })
        : t('consumable.perUse', { price: smallMoney(perFilling / uses, currency) });
    return { value: id, label: name, price: `${format.money(unitPriceMinor, currency)} · ${price}` };
  });
  const current = options.find(({ value }) => value === consumable.product?.id);
  return (
    <Card title={t('consumable.productTitle')}>
      <Select
        label={t('consumable.product')}
        placeholder={t('consumable.noProduct')}
        data={options}
        value={consumable.product?.id ?? null}
        disabled={!may || options.length === 0}
        onChange={(productId) => {
          if (productId !== null && !change.isPending) change.mutate({ productId });
        }}
        renderOption={({ option }) => (
          <div>
            <Text>{option.label}</Text>
            <Text size="sm" c="dimmed">
              {options.find(({ value }) => value === option.value)?.price}
            </Text>
          </div>
        )}
      />
      {current === undefined ? null : (
        <Text size="sm" c="dimmed" mt="xs">
          {current.price}
        </Text>
      )}
      <ProblemNote error={change.error} />
    </Card>
  );
}
