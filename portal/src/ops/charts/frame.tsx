import type { ReactNode } from 'react';
import css from './chart.module.css';

const WIDTH = 560;
const HEIGHT = 220;
const MARGIN = { top: 12, right: 12, bottom: 26, left: 44 };
export const INNER = {
  left: MARGIN.left,
  right: WIDTH - MARGIN.right,
  top: MARGIN.top,
  bottom: HEIGHT - MARGIN.bottom,
};

interface Tick {
  readonly at: number;
  readonly text: string;
}

interface Props {
  /** What it shows, in a sentence: it stands for the picture where that cannot be seen. */
  readonly label: string;
  readonly caption?: string;
  readonly x: readonly Tick[];
  readonly y: readonly Tick[];
  readonly children: ReactNode;
}

/** Axes and the sentence; what is drawn comes from the caller. */
export function ChartFrame({ label, caption, x, y, children }: Props) {
  return (
    <figure className={css['root']}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {y.map(({ at, text }) => (
          <g key={text}>
            <line x1={INNER.left} x2={INNER.right} y1={at} y2={at} className={css['grid']} />
            <text x={INNER.left - 6} y={at + 4} textAnchor="end" className={css['axis']}>
              {text}
            </text>
          </g>
        ))}
        {x.map(({ at, text }) => (
          <text key={`${at}${text}`} x={at} y={HEIGHT - 8} textAnchor="middle" className={css['axis']}>
            {text}
          </text>
        ))}
        {children}
      </svg>
      {caption === undefined ? null : <figcaption>{caption}</figcaption>}
    </figure>
  );
}
