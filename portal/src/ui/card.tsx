import { Anchor, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import css from './card.module.css';

interface Props {
  readonly title?: string;
  /** What the title opens. */
  readonly to?: string;
  /** At the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly id?: string;
}

/** One matter, on paper of its own. */
export function Card({ title, to, aside, children, id }: Props) {
  return (
    <section className={css['card']} id={id} aria-label={title}>
      {title === undefined ? null : (
        <div className={css['title']}>
          <Title order={2} size="h4">
            {to === undefined ? (
              title
            ) : (
              <Anchor component={Link} to={to} c="inherit" inherit underline="hover">
                {title}
              </Anchor>
            )}
          </Title>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
