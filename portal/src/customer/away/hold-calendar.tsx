import '@mantine/dates/styles.css';
import 'dayjs/locale/de';
import { DatePicker, DatesProvider } from '@mantine/dates';
import { useTranslation } from 'react-i18next';
import { platformNow } from '../../api/platform-time.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import type { Hold } from '../data/holds.ts';
import css from './hold-calendar.module.css';

type Range = readonly [string | null, string | null];

interface Props {
  readonly range: Range;
  /** No last day is chosen. */
  readonly isOpen: boolean;
  readonly onChange: (range: Range) => void;
  readonly holds: readonly Hold[];
}

const isHeld = (day: string, holds: readonly Hold[]): boolean =>
  holds.some(({ startsOn, endsOn }) => startsOn <= day && (endsOn === null || day <= endsOn));

export function HoldCalendar({ range, isOpen, onChange, holds }: Props) {
  const { t } = useTranslation('customer');
  const today = new Date(platformNow()).toISOString().slice(0, 10);
  const shared = {
    minDate: today,
    defaultDate: today,
    size: 'md',
    // Days of other months would be too faint to read.
    hideOutsideDates: true,
    'aria-label': t('away.calendar'),
    ariaLabels: { previousMonth: t('away.previous'), nextMonth: t('away.next') },
    getDayProps: (day: string) => (isHeld(day, holds) ? { className: css['held'] ?? '' } : {}),
  } as const;
  return (
    // Red weekends say nothing here.
    <DatesProvider settings={{ locale: currentLanguage(), firstDayOfWeek: 1, weekendDays: [] }}>
      {isOpen ? (
        <DatePicker {...shared} value={range[0]} onChange={(day) => onChange([day, null])} />
      ) : (
        <DatePicker
          {...shared}
          type="range"
          allowSingleDateInRange
          value={[range[0], range[1]]}
          onChange={(days) => onChange(days)}
        />
      )}
    </DatesProvider>
  );
}
