import { scaleLinear, scalePoint } from 'd3-scale';
import { line } from 'd3-shape';
import { useFormat } from '../format.ts';
import css from './chart.module.css';
import { ChartFrame, INNER } from './frame.tsx';

interface Point {
  readonly week: string;
  readonly value: number | null;
}

interface Props {
  readonly label: string;
  readonly caption?: string;
  readonly points: readonly Point[];
  /** What would be right. */
  readonly target?: number;
  /** Shares run to 1; others as far as they go. */
  readonly unit: 'share' | 'days';
}

const LABELS = 6;

/** One value a week. */
export function ShareLine({ label, caption, points, target, unit }: Props) {
  const { percent, number, date } = useFormat();
  const known = points.filter((point): point is Point & { value: number } => point.value !== null);
  const top = unit === 'share' ? 1 : Math.max(...known.map(({ value }) => value), 1);
  const x = scalePoint(
    points.map(({ week }) => week),
    [INNER.left + 10, INNER.right - 10],
  );
  const y = scaleLinear([0, top], [INNER.bottom, INNER.top]).nice();
  const path = line<Point & { value: number }>(
    ({ week }) => x(week) ?? 0,
    ({ value }) => y(value),
  );
  const every = Math.max(Math.ceil(points.length / LABELS), 1);
  return (
    <ChartFrame
      label={label}
      {...(caption === undefined ? {} : { caption })}
      x={points.filter((_, i) => i % every === 0).map(({ week }) => ({ at: x(week) ?? 0, text: date(week) }))}
      y={y
        .ticks(4)
        .map((value) => ({ at: y(value), text: unit === 'share' ? percent(value) : number(value, 1) }))}
    >
      {target === undefined ? null : (
        <line className={css['target']} x1={INNER.left} x2={INNER.right} y1={y(target)} y2={y(target)} />
      )}
      <path className={css['line']} d={path(known) ?? ''} />
      {known.map(({ week, value }) => (
        <circle key={week} className={css['dot']} cx={x(week)} cy={y(value)} r={3} />
      ))}
    </ChartFrame>
  );
}
