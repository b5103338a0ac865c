import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import css from './card.module.css';

interface Props {
  readonly title?: string;
  /** At the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly id?: string;
}

/** One matter, on paper of its own. */
export function Card({ title, aside, children, id }: Props) {
  return (
    <section className={css['card']} id={id} aria-label={title}>
      {title === undefined ? null : (
        <div className={css['title']}>
          <Title order={2} size="h4">
            {title}
          </Title>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
