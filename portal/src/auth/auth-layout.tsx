import { Group } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { LanguageSwitch } from '../ui/language-switch.tsx';
import { Loading } from '../ui/loading.tsx';
import { Logo } from '../ui/logo.tsx';
import { SchemeSwitch } from '../ui/scheme-switch.tsx';
import css from './auth-layout.module.css';

const POINTS = ['see', 'say', 'leave'] as const;

/** The frame of signing up and in: what it is for on the left, one form on the right. */
export function AuthLayout() {
  return (
    <Suspense fallback={<Loading full />}>
      <Frame />
    </Suspense>
  );
}

function Frame() {
  const { t } = useTranslation('auth');
  return (
    <div className={css['root']}>
      <aside className={css['side']}>
        <Logo onDark />
        <p className={css['promise']}>{t('promise')}</p>
        <ul className={css['points']}>
          {POINTS.map((point) => (
            <li key={point}>
              <IconCircleCheck size={20} aria-hidden />
              <span>{t(`points.${point}`)}</span>
            </li>
          ))}
        </ul>
      </aside>
      <div className={css['main']}>
        <header className={css['top']}>
          <Logo />
          <Group gap="xs">
            <LanguageSwitch />
            <SchemeSwitch />
          </Group>
        </header>
        <main className={css['form']}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}
