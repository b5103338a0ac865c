import { Menu } from '@mantine/core';
import { IconDots, IconLock, IconLogout, IconSettings } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useSignOut } from './use-sign-out.ts';

/** What a phone's tabs have no room for. */
export function MoreMenu({ className }: { readonly className: string | undefined }) {
  const { t } = useTranslation(['customer', 'common']);
  const signOut = useSignOut();
  return (
    <Menu position="top-end" width={220}>
      <Menu.Target>
        <button type="button" className={className}>
          <IconDots size={24} aria-hidden />
          <span>{t('nav.more')}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/privacy" leftSection={<IconLock size={20} aria-hidden />}>
          {t('nav.privacy')}
        </Menu.Item>
        <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={20} aria-hidden />}>
          {t('nav.settings')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={20} aria-hidden />} onClick={signOut}>
          {t('common:signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
