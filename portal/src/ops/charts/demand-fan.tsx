import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format.ts';
import css from './chart.module.css';
import { ChartFrame, INNER } from './frame.tsx';

interface Week {
  readonly weeks: number;
  readonly mean: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

interface Props {
  readonly weeks: readonly Week[];
  /** Fillings bought in each of the last weeks, oldest first. */
  readonly ordered: readonly number[];
}

/** Weeks of history shown. */
const BEFORE = 8;
const NOTHING: Week = { weeks: 0, mean: 0, p10: 0, p50: 0, p90: 0 };

/** What was bought week by week, and from now on what will be needed in all: P10 to P90, with P50 as the line. */
export function DemandFan({ weeks, ordered }: Props) {
  const { t } = useTranslation('ops');
  const { number } = useFormat();
  const past = ordered.slice(-BEFORE);
  const ahead = [NOTHING, ...weeks];
  const last = weeks.at(-1) ?? NOTHING;
  const top = Math.max(last.p90, ...past, 1);
  const x = scaleLinear([-BEFORE, last.weeks], [INNER.left, INNER.right]);
  const y = scaleLinear([0, top], [INNER.bottom, INNER.top]).nice();
  const band = area<Week>(
    (week) => x(week.weeks),
    (week) => y(week.p10),
    (week) => y(week.p90),
  );
  const middle = line<Week>(
    (week) => x(week.weeks),
    (week) => y(week.p50),
  );
  const ticks = [-BEFORE, -4, 0, ...weeks.filter((week) => week.weeks % 2 === 0).map((week) => week.weeks)];
  const width = Math.abs(x(1) - x(0)) * 0.7;
  return (
    <ChartFrame
      label={t('forecast.fanLabel', {
        weeks: last.weeks,
        p10: number(last.p10),
        p50: number(last.p50),
        p90: number(last.p90),
      })}
      caption={t('forecast.fanCaption')}
      x={ticks.map((week) => ({
        at: x(week),
        text: week === 0 ? t('forecast.now') : t('forecast.week', { week: number(week) }),
      }))}
      y={y.ticks(4).map((value) => ({ at: y(value), text: number(value) }))}
    >
      {past.map((fillings, i) => {
        const week = i - past.length;
        return (
          <rect
            key={week}
            className={css['bar']}
            x={x(week + 0.5) - width / 2}
            width={width}
            y={y(fillings)}
            height={y(0) - y(fillings)}
          />
        );
      })}
      <path className={css['band']} d={band(ahead) ?? ''} />
      <path className={css['line']} d={middle(ahead) ?? ''} />
      {weeks.map((week) => (
        <circle key={week.weeks} className={css['dot']} cx={x(week.weeks)} cy={y(week.p50)} r={3} />
      ))}
    </ChartFrame>
  );
}
