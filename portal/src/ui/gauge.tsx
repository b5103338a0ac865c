import type { CSSProperties } from 'react';
import css from './gauge.module.css';

interface Props {
  /** Fraction left; null: not known, and drawn so, never as 0 or 1. */
  readonly level: number | null;
  readonly isStale: boolean;
  /** What it shows, in words. */
  readonly label: string;
}

/** Below these shares of a filling the colour warns; the sentence beside it says what happens. */
const LOW = 0.12;
const WATCH = 0.28;

const colorOf = (level: number): string =>
  level < LOW ? 'var(--bad)' : level < WATCH ? 'light-dark(#dd9620, #f3b33d)' : 'var(--ok)';

export function Gauge({ level, isStale, label }: Props) {
  if (level === null) return <div role="img" aria-label={label} className={css['root']} data-unknown />;
  const style = { width: `${level * 100}%`, '--gauge-color': colorOf(level) } as CSSProperties;
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw <meter> in ways of their own
    <div
      role="meter"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
      aria-valuetext={label}
      aria-label={label}
      className={css['root']}
    >
      <div className={css['fill']} data-stale={isStale || undefined} style={style} />
    </div>
  );
}
