import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import css from './messages.module.css';

/** The two halves of the page: what was told, and how to be told. */
export function MessagesTabs() {
  const { t } = useTranslation('customer');
  return (
    <nav className={css['tabs']} aria-label={t('messages.title')}>
      <NavLink to="/messages" end className={css['tab'] ?? ''}>
        {t('messages.inbox')}
      </NavLink>
      <NavLink to="/messages/preferences" className={css['tab'] ?? ''}>
        {t('messages.preferences')}
      </NavLink>
    </nav>
  );
}
