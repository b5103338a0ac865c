import type { ReactNode } from 'react';
import { Link } from 'react-router';
import css from './ops.module.css';

export type Tone = 'plain' | 'ok' | 'warn' | 'bad';

/** Title of a page, with what can be done on it. */
export function PageHead({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className={css['head']}>
      <h1>{title}</h1>
      <div className={css['actions']}>{children}</div>
    </div>
  );
}

interface CardProps {
  readonly title?: string;
  readonly children: ReactNode;
}

export function Card({ title, children }: CardProps) {
  return (
    <section className={css['card']}>
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
    </section>
  );
}

export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span className={css['badge']} data-tone={tone}>
      {children}
    </span>
  );
}

interface TileProps {
  readonly value: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly to?: string;
  readonly tone?: Tone;
}

/** A count that opens the list of what it counted. */
export function Tile({ value, label, hint, to, tone = 'plain' }: TileProps) {
  const content = (
    <>
      <strong>{value}</strong>
      <span>{label}</span>
      {hint === undefined ? null : <small>{hint}</small>}
    </>
  );
  return (
    <li>
      {to === undefined ? (
        <div className={css['tile']} data-tone={tone}>
          {content}
        </div>
      ) : (
        <Link className={css['tile'] ?? ''} data-tone={tone} to={to}>
          {content}
        </Link>
      )}
    </li>
  );
}

export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={css['facts']}>
      {rows.map(([name, value]) => (
        <div key={name} className={css['contents']}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
