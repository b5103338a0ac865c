import { ActionIcon, Switch } from '@mantine/core';
import {
  IconAdjustments,
  IconAlertOctagon,
  IconAlertTriangle,
  IconChartHistogram,
  IconDeviceDesktop,
  IconDroplet,
  IconEyeCheck,
  IconGauge,
  IconGhost2,
  IconHistory,
  IconLogout,
  IconMailX,
  IconShoppingCart,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import { type ReactNode, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useNavigate } from 'react-router';
import type { haltsPage } from '../../../contracts/http/halts.ts';
import type { todaySchema } from '../../../contracts/http/ops/today.ts';
import { useMe } from '../api/me.ts';
import type { Wire } from '../api/wire.ts';
import { useSignOut } from '../customer/use-sign-out.ts';
import { LanguageSwitch } from '../ui/language-switch.tsx';
import { Loading } from '../ui/loading.tsx';
import { Logo } from '../ui/logo.tsx';
import { SchemeSwitch } from '../ui/scheme-switch.tsx';
import { useOps } from './data/queries.ts';
import { useOpsLive } from './data/use-ops-live.ts';
import css from './frame.module.css';
import { KeysDialog } from './keys-dialog.tsx';
import { PLACES } from './places.ts';
import { useShortcuts, useShortcutsSwitch } from './shortcuts.ts';

const ICONS = {
  today: IconGauge,
  review: IconEyeCheck,
  orders: IconShoppingCart,
  issues: IconAlertTriangle,
  consumables: IconDroplet,
  devices: IconDeviceDesktop,
  customers: IconUsers,
  forecast: IconChartHistogram,
  shadow: IconGhost2,
  halt: IconAlertOctagon,
  deadLetters: IconMailX,
  webhooks: IconWebhook,
  audit: IconHistory,
  settings: IconAdjustments,
} as const;

/** Places at the side (above on a phone), and on every page whether something is stopped. */
export function OpsFrame({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation(['ops', 'common']);
  const navigate = useNavigate();
  useShortcuts(Object.fromEntries(PLACES.map(({ to, go }) => [`g ${go}`, () => void navigate(to)])));
  const isLive = useOpsLive();
  const waiting = useWaiting();
  return (
    <div className={css['root']}>
      <a className={css['skip']} href="#content">
        {t('common:skipToContent')}
      </a>
      <div className={css['side']}>
        <div className={css['brand']}>
          <Logo />
          <span className={css['live']} data-on={isLive || undefined} role="status">
            {isLive ? t('common:live.connected') : t('common:live.reconnecting')}
          </span>
        </div>
        <nav className={css['nav']} aria-label={t('nav.label')}>
          {PLACES.map(({ to, key }) => {
            const Icon = ICONS[key];
            return (
              <NavLink key={key} to={to} end={to === '/ops'} className={css['link'] ?? ''}>
                <Icon size={18} stroke={1.7} aria-hidden />
                {t(`nav.${key}`)}
                <Waiting count={waiting[key]} />
              </NavLink>
            );
          })}
        </nav>
        <Foot />
      </div>
      <main id="content" tabIndex={-1} className={css['main']}>
        <Stopped />
        <Suspense fallback={<Loading />}>{children}</Suspense>
      </main>
      <KeysDialog />
    </div>
  );
}

/** What waits for somebody: beside its place, and in the title, for who has another window in front. */
function useWaiting(): Readonly<Partial<Record<(typeof PLACES)[number]['key'], number>>> {
  const { t } = useTranslation('ops');
  const { data } = useOps<Wire<typeof todaySchema>>('today', '/v1/ops/today');
  const review = data?.review.pending ?? 0;
  const halts = data?.halts.length ?? 0;
  useEffect(() => {
    document.title = `${review > 0 ? `(${review}) ` : ''}${t('title')} – Neverout`;
  }, [review, t]);
  return { review, halt: halts };
}

/** Hidden from the link's name, which stays the same; Today says it in words. */
function Waiting({ count = 0 }: { readonly count: number | undefined }) {
  if (count === 0) return null;
  return (
    <span className={css['count']} aria-hidden>
      {count}
    </span>
  );
}

function Foot() {
  const { t } = useTranslation(['ops', 'common']);
  const signOut = useSignOut();
  const me = useMe();
  const [isOn, setOn] = useShortcutsSwitch();
  return (
    <div className={css['foot']}>
      <Switch
        size="xs"
        label={t('shortcuts')}
        checked={isOn}
        onChange={(event) => setOn(event.currentTarget.checked)}
      />
      <SchemeSwitch />
      <LanguageSwitch />
      <ActionIcon aria-label={`${t('common:signOut')}: ${me.data?.name ?? ''}`} onClick={signOut}>
        <IconLogout size={19} />
      </ActionIcon>
    </div>
  );
}

/** A halt of everything is on every page until it is lifted. */
function Stopped() {
  const { t } = useTranslation('ops');
  const halts = useOps<Wire<typeof haltsPage>>('halts', '/v1/halts', { inForce: true });
  const [all] = (halts.data?.items ?? []).filter(
    (halt) => (halt.productId ?? halt.deviceModelId ?? halt.merchantId ?? halt.customerId) === null,
  );
  return (
    <div aria-live="assertive">
      {all === undefined ? null : (
        <p className={css['stopped']}>
          <IconAlertOctagon size={18} aria-hidden />
          <span>
            <strong>{t('halt.everythingStopped')}</strong> {all.reason}
          </span>
        </p>
      )}
    </div>
  );
}
