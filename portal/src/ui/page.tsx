import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'react-router';
import css from './page.module.css';

interface Props {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly back?: { readonly to: string; readonly label: string };
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A page's head and its matters below each other. */
export function Page({ title, subtitle, back, aside, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Neverout`;
  }, [title]);
  return (
    <Stack gap="md">
      {back === undefined ? null : (
        <Anchor component={Link} to={back.to} underline="hover" size="sm">
          <Group gap={4} component="span">
            <IconArrowLeft size={16} aria-hidden /> {back.label}
          </Group>
        </Anchor>
      )}
      <Group justify="space-between" align="flex-start">
        <div className={css['words']}>
          <Title order={1} size="h2">
            {title}
          </Title>
          {subtitle === undefined ? null : <Text c="dimmed">{subtitle}</Text>}
        </div>
        {aside}
      </Group>
      {children}
    </Stack>
  );
}
