import { Anchor, List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../ui/card.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { covers, isLive, useConsents } from '../data/consents.ts';
import type { Consumable } from '../data/consumables.ts';

/** What the customer has agreed to for this consumable: price, quantity, month, address. */
export function Limits({ consumable }: { readonly consumable: Consumable }) {
  const { t } = useTranslation('customer');
  const format = useFormat();
  const consents = useConsents();
  const mandate = consents.data?.find(
    (consent) =>
      consent.purpose === 'automatic-order' &&
      isLive(consent) &&
      covers(consent, consumable.deviceId, consumable.id),
  )?.mandate;
  const to = `/connect/${consumable.deviceId}/consent`;
  const change = (
    <Anchor component={Link} to={to} size="sm">
      {mandate == null ? t('consumable.limitsGive') : t('consumable.limitsChange')}
    </Anchor>
  );
  return (
    <Card title={t('consumable.limitsTitle')} aside={change}>
      {mandate == null ? (
        <Text c="dimmed">{t('consumable.limitsNone')}</Text>
      ) : (
        <List spacing={4}>
          <List.Item>
            {t('consumable.limitsPrice', {
              price: format.money(mandate.maxUnitPriceMinor, mandate.currency),
            })}
          </List.Item>
          <List.Item>{t('consumable.limitsQuantity', { count: mandate.maxQuantity })}</List.Item>
          <List.Item>
            {t('consumable.limitsMonth', {
              price: format.money(mandate.maxSpendPerMonthMinor, mandate.currency),
            })}
          </List.Item>
          <List.Item>{t('consumable.limitsTo', { address: addressLine(mandate.deliveryAddress) })}</List.Item>
        </List>
      )}
    </Card>
  );
}

/** An address in one line, of whatever parts it has. */
export function addressLine(address: Readonly<Record<string, unknown>>): string {
  const part = (name: string) => String(address[name] ?? '');
  const town = `${part('postalCode')} ${part('city')}`.trim();
  return [part('recipient'), part('street'), town].filter((text) => text !== '').join(', ');
}
