import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { DeliveryFeed } from './delivery-feed.tsx';
import { MessagesTabs } from './messages-tabs.tsx';
import { Preferences } from './preferences.tsx';
import { Push } from './push.tsx';
import { Rhythm } from './rhythm.tsx';

/** How, when and where the customer is told. */
export function PreferencesPage() {
  const { t } = useTranslation('customer');
  return (
    <Page title={t('messages.title')}>
      <MessagesTabs />
      <Rhythm />
      <Push />
      <DeliveryFeed />
      <Preferences />
    </Page>
  );
}
