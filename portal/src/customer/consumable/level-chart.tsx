import { useElementSize } from '@mantine/hooks';
import { scaleLinear, scaleTime } from 'd3-scale';
import { area, curveMonotoneX, curveStepAfter, line } from 'd3-shape';
import { useTranslation } from 'react-i18next';
import { platformNow } from '../../api/platform-time.ts';
import { useFormat } from '../../ui/use-format.ts';
import { useCustomer } from '../current-customer.tsx';
import type { Consumable, History } from '../data/consumables.ts';
import type { Hold } from '../data/holds.ts';
import { ChartLegend } from './chart-legend.tsx';
import css from './level-chart.module.css';

const HEIGHT = 220;
const MARGIN = { top: 18, right: 8, bottom: 24, left: 36 };
const DAY_MS = 86_400_000;
const NO_FORECAST_MS = 14 * DAY_MS;
const MARGIN_MS = 2 * DAY_MS;

interface Props {
  readonly consumable: Consumable;
  readonly history: History;
  readonly holds: readonly Hold[];
}

/**
 * The level over time and its forecast: between the two edges of the fan lies what is left with 80 % probability,
 * spares included, if nothing arrives.
 */
export function LevelChart({ consumable, history, holds }: Props) {
  const { ref, width } = useElementSize();
  const scales = scalesFor(Math.max(width, 280), consumable, history);
  return (
    <div ref={ref}>
      <svg
        className={css['root']}
        viewBox={`0 0 ${scales.width} ${HEIGHT}`}
        role="img"
        aria-label={useLabel(consumable, scales)}
      >
        <Holds scales={scales} holds={holds} />
        <Axes scales={scales} />
        <Levels scales={scales} history={history} />
        <Fan scales={scales} bands={history.forecast} />
        <Marks scales={scales} history={history} />
      </svg>
      <ChartLegend
        hasDeliveries={history.deliveries.length > 0}
        hasSwaps={history.swaps.length > 0}
        hasHolds={holds.length > 0}
        hasFan={history.forecast.length > 0}
      />
    </div>
  );
}

interface Scales {
  readonly x: (at: number) => number;
  readonly y: (level: number) => number;
  readonly days: readonly number[];
  readonly from: number;
  readonly until: number;
  readonly now: number;
  readonly width: number;
  /** Where level 0 is drawn. */
  readonly floor: number;
  readonly ends: Readonly<Record<'p10' | 'p50' | 'p90', number | null>>;
}

function scalesFor(width: number, { runOut, level, onShelf }: Consumable, history: History): Scales {
  const now = platformNow();
  const ends = { p10: msOf(runOut.p10), p50: msOf(runOut.p50), p90: msOf(runOut.p90) };
  // As far as the forecast was asked for; where there is none, the picture ends soon after today.
  const last = history.forecast.at(-1);
  const until = Math.max(now, last === undefined ? now + NO_FORECAST_MS : Date.parse(last.at)) + MARGIN_MS;
  const first = Math.min(...history.points.map(({ at }) => Date.parse(at)), now - 7 * DAY_MS);
  const from = Math.max(Date.parse(history.from), first);
  const x = scaleTime([from, until], [MARGIN.left, width - MARGIN.right]);
  const y = scaleLinear(
    [0, Math.max(1, (level ?? 0) + onShelf, ...history.forecast.map(({ p90 }) => p90))],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const days = x.ticks(width < 500 ? 4 : 7).map((day) => day.getTime());
  return { x, y, days, from, until, now, width, floor: y(0), ends };
}

const msOf = (at: string | null): number | null => (at === null ? null : Date.parse(at));

function useLabel({ runOut: { p10, p50, p90 } }: Consumable, { from }: Scales): string {
  const { t } = useTranslation('customer');
  const format = useFormat(useCustomer().customer.timeZone);
  if (p10 === null || p50 === null) return t('consumable.chartNoForecast', { from: format.day(from) });
  return t('consumable.chartLabel', {
    from: format.day(from),
    p10: format.day(p10),
    p50: format.day(p50),
    p90: p90 === null ? '…' : format.day(p90),
  });
}

function Holds({ scales: { x, from, until, floor }, holds }: { scales: Scales; holds: readonly Hold[] }) {
  return holds.map(({ id, startsOn, endsOn }) => {
    const start = Math.max(Date.parse(startsOn), from);
    const end = Math.min(endsOn === null ? until : Date.parse(endsOn) + DAY_MS, until);
    if (end <= start) return null;
    const size = { width: x(end) - x(start), height: floor - MARGIN.top };
    return <rect key={id} className={css['hold']} x={x(start)} y={MARGIN.top} {...size} />;
  });
}

function Axes({ scales: { x, y, days, width } }: { scales: Scales }) {
  const format = useFormat(useCustomer().customer.timeZone);
  return (
    <>
      {[0, 0.5, 1].map((level) => (
        <g key={level}>
          <line
            className={css['grid']}
            x1={MARGIN.left}
            x2={width - MARGIN.right}
            y1={y(level)}
            y2={y(level)}
          />
          <text className={css['axis']} x={MARGIN.left - 6} y={y(level) + 4} textAnchor="end">
            {format.percent(level)}
          </text>
        </g>
      ))}
      {days.map((day) => (
        <text key={day} className={css['axis']} x={x(day)} y={HEIGHT - 6} textAnchor="middle">
          {format.day(day).replace(/ \d{4}$/, '')}
        </text>
      ))}
    </>
  );
}

type Point = History['points'][number];

function Levels({ scales: { x, y, floor }, history }: { scales: Scales; history: History }) {
  const [px, py] = [({ at }: Point) => x(Date.parse(at)), ({ level }: Point) => y(level)];
  return (
    <>
      <path className={css['area']} d={area(px, floor, py).curve(curveStepAfter)(history.points) ?? ''} />
      <path className={css['line']} d={line(px, py).curve(curveStepAfter)(history.points) ?? ''} />
    </>
  );
}

type Band = History['forecast'][number];

function Fan({ scales: { x, y }, bands }: { scales: Scales; bands: readonly Band[] }) {
  const [px, median] = [({ at }: Band) => x(Date.parse(at)), ({ p50 }: Band) => y(p50)];
  const fan = area<Band>(
    px,
    ({ p10 }) => y(p10),
    ({ p90 }) => y(p90),
  ).curve(curveMonotoneX);
  // Once it is most likely empty, the line has nothing more to say.
  const empty = bands.findIndex(({ p50 }) => p50 === 0);
  const falling = empty === -1 ? bands : bands.slice(0, empty + 1);
  return (
    <>
      <path className={css['fan']} d={fan(bands) ?? ''} />
      <path className={css['median']} d={line(px, median).curve(curveMonotoneX)(falling) ?? ''} />
    </>
  );
}

function Marks({ scales: { x, floor, now }, history }: { scales: Scales; history: History }) {
  const { t } = useTranslation('customer');
  return (
    <>
      <line className={css['now']} x1={x(now)} x2={x(now)} y1={MARGIN.top} y2={floor} />
      <text className={css['axis']} x={x(now)} y={MARGIN.top - 3} textAnchor="middle">
        {t('consumable.today')}
      </text>
      {history.swaps.map(({ at }) => {
        const swapX = x(Date.parse(at));
        return <line key={at} className={css['swap']} x1={swapX} x2={swapX} y1={floor} y2={floor - 16} />;
      })}
      {history.deliveries.map(({ at }) => (
        <circle key={at} className={css['delivery']} cx={x(Date.parse(at))} cy={floor} r={4.5} />
      ))}
    </>
  );
}
