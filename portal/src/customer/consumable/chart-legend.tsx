import { useTranslation } from 'react-i18next';
import css from './level-chart.module.css';

interface Props {
  readonly hasFan: boolean;
  readonly hasDeliveries: boolean;
  readonly hasSwaps: boolean;
  readonly hasHolds: boolean;
}

export function ChartLegend({ hasFan, hasDeliveries, hasSwaps, hasHolds }: Props) {
  const { t } = useTranslation('customer');
  const entries = [
    { key: 'level', shown: true, mark: <line className={css['line']} x1="0" x2="18" y1="6" y2="6" /> },
    { key: 'fan', shown: hasFan, mark: <rect className={css['fan']} width="18" height="12" rx="2" /> },
    {
      key: 'delivery',
      shown: hasDeliveries,
      mark: <circle className={css['delivery']} cx="9" cy="6" r="4.5" />,
    },
    { key: 'swap', shown: hasSwaps, mark: <line className={css['swap']} x1="9" x2="9" y1="0" y2="12" /> },
    { key: 'hold', shown: hasHolds, mark: <rect className={css['hold']} width="18" height="12" rx="2" /> },
  ] as const;
  return (
    <ul className={css['legend']}>
      {entries
        .filter(({ shown }) => shown)
        .map(({ key, mark }) => (
          <li key={key}>
            <svg viewBox="0 0 18 12" aria-hidden="true">
              {mark}
            </svg>
            {t(`consumable.legend.${key}`)}
          </li>
        ))}
    </ul>
  );
}
