import { scaleLinear, scaleTime } from 'd3-scale';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format.ts';
import css from './chart.module.css';
import { ChartFrame, INNER } from './frame.tsx';

interface Props {
  readonly now: number;
  readonly level: number;
  readonly p10: string | null;
  readonly p50: string | null;
  readonly p90: string | null;
}

const DAY_MS = 86_400_000;
/** Further away no date is planned with. */
const HORIZON_MS = 365 * DAY_MS;

/** From the level now to the days on which it runs out: with 10, 50 and 90 % probability before. */
export function RunOutFan({ now, level, p10, p50, p90 }: Props) {
  const { t } = useTranslation('ops');
  const { date, percent } = useFormat();
  const at = (instant: string | null) =>
    Math.min(instant === null ? now + HORIZON_MS : Date.parse(instant), now + HORIZON_MS);
  const [early, middle, late] = [at(p10), at(p50), at(p90)];
  const x = scaleTime([now, Math.max(late, now + DAY_MS)], [INNER.left, INNER.right]);
  const y = scaleLinear([0, Math.max(level, 0.1)], [INNER.bottom, INNER.top]);
  const start = `${x(now)},${y(level)}`;
  const end = (instant: number) => `${x(instant)},${y(0)}`;
  return (
    <ChartFrame
      label={t('review.fanLabel', { level: percent(level), p10: date(p10), p50: date(p50), p90: date(p90) })}
      x={x.ticks(5).map((tick) => ({ at: x(tick), text: date(tick.toISOString()) }))}
      y={y.ticks(3).map((tick) => ({ at: y(tick), text: percent(tick) }))}
    >
      <polygon className={css['band']} points={`${start} ${end(early)} ${end(late)}`} />
      <polyline className={css['line']} points={`${start} ${end(middle)}`} />
      <circle className={css['bad']} cx={x(middle)} cy={y(0)} r={4} />
    </ChartFrame>
  );
}
