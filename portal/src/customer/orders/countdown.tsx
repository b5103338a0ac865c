import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { platformNow } from '../../api/platform-time.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';

const MINUTE_MS = 60_000;

/** How long an order can still be cancelled, by the platform's time. */
export function Countdown({ until }: { readonly until: string }) {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  const [now, setNow] = useState(platformNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(platformNow()), MINUTE_MS / 2);
    return () => clearInterval(timer);
  }, []);
  const left = Date.parse(until) - now;
  if (left <= 0) return null;
  return (
    <Text size="sm">
      {t('orders.cancelUntil', { left: format.duration(left) })}
      {', '}
      <time dateTime={until}>{t('orders.cancelTill', { when: format.moment(until) })}</time>
    </Text>
  );
}
