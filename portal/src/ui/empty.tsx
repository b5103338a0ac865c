import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import css from './empty.module.css';

interface Props {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
  readonly full?: boolean;
  readonly role?: 'alert';
}

/** A place with nothing in it yet: says what will be here and how to get it. */
export function Empty({ icon, title, text, action, children, full = false, role }: Props) {
  return (
    <div className={css['root']} data-full={full || undefined} role={role}>
      <div className={css['icon']} aria-hidden>
        {icon}
      </div>
      <Title order={2} size="h3">
        {title}
      </Title>
      <Text c="dimmed">{text}</Text>
      {children}
      {action}
    </div>
  );
}
