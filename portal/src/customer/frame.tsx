import {
  IconBeach,
  IconBell,
  IconHome,
  IconLock,
  IconLogout,
  IconSettings,
  IconTruckDelivery,
} from '@tabler/icons-react';
import { type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { Loading } from '../ui/loading.tsx';
import { Logo } from '../ui/logo.tsx';
import css from './frame.module.css';
import { HouseholdSwitch } from './household-switch.tsx';
import { MoreMenu } from './more-menu.tsx';
import { useSignOut } from './use-sign-out.ts';

const TABS = [
  { to: '/', key: 'home', Icon: IconHome },
  { to: '/orders', key: 'orders', Icon: IconTruckDelivery },
  { to: '/away', key: 'away', Icon: IconBeach },
  { to: '/messages', key: 'messages', Icon: IconBell },
] as const;
const SIDE = [
  ...TABS,
  { to: '/privacy', key: 'privacy', Icon: IconLock },
  { to: '/settings', key: 'settings', Icon: IconSettings },
] as const;

/** Tabs below the thumb on a phone, a column at the side from 62em on. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation(['customer', 'common']);
  return (
    <div className={css['root']}>
      <a className={css['skip']} href="#content">
        {t('common:skipToContent')}
      </a>
      <header className={css['top']}>
        <Logo />
        <HouseholdSwitch />
      </header>
      <Side />
      <main id="content" tabIndex={-1} className={css['main']}>
        <Suspense fallback={<Loading />}>{children}</Suspense>
      </main>
      <nav className={css['tabs']} aria-label={t('nav.label')}>
        {TABS.map(({ to, key, Icon }) => (
          <NavLink key={key} to={to} end={to === '/'} className={css['tab'] ?? ''}>
            <Icon size={24} aria-hidden />
            <span>{t(`nav.${key}`)}</span>
          </NavLink>
        ))}
        <MoreMenu className={css['tab']} />
      </nav>
    </div>
  );
}

function Side() {
  const { t } = useTranslation(['customer', 'common']);
  const signOut = useSignOut();
  return (
    <div className={css['side']}>
      <Logo />
      <HouseholdSwitch />
      <nav className={css['sideNav']} aria-label={t('nav.label')}>
        {SIDE.map(({ to, key, Icon }) => (
          <NavLink key={key} to={to} end={to === '/'} className={css['sideLink'] ?? ''}>
            <Icon size={21} stroke={1.7} aria-hidden />
            {t(`nav.${key}`)}
          </NavLink>
        ))}
      </nav>
      <button type="button" className={css['signOut']} onClick={signOut}>
        <IconLogout size={19} stroke={1.7} aria-hidden />
        {t('common:signOut')}
      </button>
    </div>
  );
}
