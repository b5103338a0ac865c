import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Order } from '../data/orders.ts';

const COLORS: Readonly<Partial<Record<Order['status'], string>>> = {
  proposed: 'amber',
  announced: 'amber',
  rejected: 'brick',
  lost: 'brick',
  cancelled: 'gray',
  declined: 'gray',
  expired: 'gray',
  returned: 'gray',
};

export function StatusBadge({ status }: { readonly status: Order['status'] }) {
  const { t } = useTranslation('customer');
  return (
    <Badge color={COLORS[status] ?? 'spruce'} variant="light" tt="none" size="lg" fw={560}>
      {t(`status.${status}`)}
    </Badge>
  );
}
