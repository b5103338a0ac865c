import { Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { slotInWords } from '../../ui/slot-in-words.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import { type HoldEffect, useHoldEffect } from '../data/holds.ts';
import css from './away.module.css';

export interface Span {
  readonly startsOn: string;
  readonly endsOn: string | null;
  readonly deviceId: string | null;
  readonly addressId: string | null;
}

/** What holding the days would do, before anybody does it: which delivery moves from when to when. */
export function Effect({ span }: { readonly span: Span }) {
  const { t } = useTranslation('customer');
  const effect = useHoldEffect(span);
  if (effect.data === undefined) return null;
  const { moved, placed, runsOut } = effect.data;
  const isFree = moved.length === 0 && placed.length === 0 && runsOut.length === 0;
  return (
    <div className={css['effect']} role="status">
      <Text fw={580}>
        {isFree
          ? t('away.effectNone')
          : moved.length === 0
            ? t('away.effectNoneMoves')
            : t('away.effect', { count: moved.length })}
      </Text>
      {isFree ? null : (
        <ul className={css['moves']}>
          {moved.map((move) => (
            <Moved key={move.orderId} move={move} />
          ))}
          <RunsOut consumables={runsOut} />
          <Placed orders={placed} />
        </ul>
      )}
    </div>
  );
}

function Moved({ move }: { readonly move: HoldEffect['moved'][number] }) {
  const { t } = useTranslation('customer');
  const format = useFormat();
  const { productName, deviceName, arrives, instead } = move;
  return (
    <li>
      <Text fw={540}>{t('away.effectItem', { what: productName, device: deviceName })}</Text>
      <Text size="sm" className={css['dates']}>
        <del>{format.span(arrives.from, arrives.to)}</del>
        <IconArrowRight size={16} role="img" aria-label={t('away.effectTo')} />
        <ins>{instead === null ? t('away.effectOpenEnd') : format.span(instead.from, instead.to)}</ins>
      </Text>
    </li>
  );
}

function RunsOut({ consumables }: { readonly consumables: HoldEffect['runsOut'] }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  return consumables.map(({ consumableId, consumableName, deviceName, at }) => (
    <li key={consumableId}>
      <Text fw={540}>{t('away.effectItem', { what: slotInWords(consumableName), device: deviceName })}</Text>
      <Text size="sm">{t('away.effectRunsOut', { day: format.day(at) })}</Text>
    </li>
  ));
}

function Placed({ orders }: { readonly orders: HoldEffect['placed'] }) {
  const { t } = useTranslation('customer');
  const format = useFormat();
  return orders.map(({ orderId, productName, deviceName, arrives }) => (
    <li key={orderId}>
      <Text fw={540}>{t('away.effectItem', { what: productName, device: deviceName })}</Text>
      <Text size="sm">{t('away.effectPlaced', { span: format.span(arrives.from, arrives.to) })}</Text>
    </li>
  ));
}
