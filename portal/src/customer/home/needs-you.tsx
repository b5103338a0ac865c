import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import { covers, isLive, useConsents } from '../data/consents.ts';
import type { Consumable, Device } from '../data/consumables.ts';
import { useOrders } from '../data/orders.ts';
import css from './home.module.css';

interface Need {
  readonly key: string;
  readonly text: string;
  readonly to: string;
  readonly action: string;
}

interface Props {
  readonly devices: readonly Device[];
  readonly consumables: readonly Consumable[];
}

/** What waits for the customer's word, most pressing first; otherwise that nothing does. */
export function NeedsYou(props: Props) {
  const { t } = useTranslation('customer');
  const needs = useNeeds(props);
  if (needs === null) return null;
  if (needs.length === 0) {
    return (
      <p className={css['calm']}>
        <IconCircleCheck size={20} aria-hidden color="var(--ok)" /> {t('home.nothing')}
      </p>
    );
  }
  return (
    <ul className={css['needs']} aria-label={t('home.needsYou')}>
      {needs.map(({ key, text, to, action }) => (
        <li key={key} className={css['need']}>
          <span>{text}</span>
          <Button component={Link} to={to} size="sm" variant="filled">
            {action}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function useNeeds({ devices, consumables }: Props): readonly Need[] | null {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const orders = useOrders();
  const consents = useConsents();
  if (orders.data === undefined || consents.data === undefined) return null;
  const live = consents.data.filter(isLive);
  const proposals = orders.data
    .filter(({ status }) => status === 'proposed')
    .map(({ id, productName, consumableName }) => ({
      key: id,
      text: t('home.approve', { product: productName, consumable: slotInWords(consumableName) }),
      to: `/orders/${id}`,
      action: t('home.see'),
    }));
  const unallowed = devices
    .filter((device) => {
      const has = (purpose: string) =>
        live.some((consent) => consent.purpose === purpose && covers(consent, device.id, null));
      return !has('telemetry') && !has('automatic-order');
    })
    .map((device) => ({
      key: `consent-${device.id}`,
      text: t('home.noTelemetry', { device: device.name }),
      to: `/connect/${device.id}/consent`,
      action: t('home.allow'),
    }));
  const silent = devices.flatMap((device) => {
    const own = consumables.filter(({ deviceId }) => deviceId === device.id);
    const heard = own.filter(({ levelAt }) => levelAt !== null);
    const last = heard
      .flatMap(({ levelAt }) => levelAt ?? [])
      .toSorted()
      .at(-1);
    if (last === undefined || heard.some(({ stale }) => !stale)) return [];
    const text = t('home.silent', { device: device.name, when: format.day(last) });
    return [{ key: `silent-${device.id}`, text, to: `/devices/${device.id}`, action: t('home.look') }];
  });
  return [...proposals, ...unallowed, ...silent];
}
