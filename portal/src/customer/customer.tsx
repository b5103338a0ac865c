import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { useMe } from '../api/me.ts';
import { NotFound } from '../shell/not-found.tsx';
import { Loading } from '../ui/loading.tsx';
import { CustomerProvider } from './current-customer.tsx';
import { Frame } from './frame.tsx';
import { Home } from './home/home.tsx';

/** Home comes with the first load; what people open from there comes when they do. */
const Welcome = lazy(async () => ({ default: (await import('./welcome.tsx')).Welcome }));
const ConsumablePage = lazy(async () => ({
  default: (await import('./consumable/consumable.tsx')).ConsumablePage,
}));
const ConnectPage = lazy(async () => ({ default: (await import('./connect/connect.tsx')).ConnectPage }));
const FirstReadingPage = lazy(async () => ({
  default: (await import('./connect/first-reading.tsx')).FirstReadingPage,
}));
const ConsentPage = lazy(async () => ({ default: (await import('./connect/consent.tsx')).ConsentPage }));
const OrdersPage = lazy(async () => ({ default: (await import('./orders/orders.tsx')).OrdersPage }));
const OrderPage = lazy(async () => ({ default: (await import('./orders/order.tsx')).OrderPage }));
const DevicePage = lazy(async () => ({ default: (await import('./device/device.tsx')).DevicePage }));
const AwayPage = lazy(async () => ({ default: (await import('./away/away.tsx')).AwayPage }));
const MessagesPage = lazy(async () => ({ default: (await import('./messages/messages.tsx')).MessagesPage }));
const PreferencesPage = lazy(async () => ({
  default: (await import('./messages/preferences-page.tsx')).PreferencesPage,
}));
const PrivacyPage = lazy(async () => ({ default: (await import('./privacy/privacy.tsx')).PrivacyPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings.tsx')).SettingsPage }));

/** Everything a customer sees. Who has no household yet makes one first; staff without one belong elsewhere. */
export function Customer() {
  const me = useMe();
  if (me.data == null) return <Loading full />;
  const { customers, role } = me.data;
  if (customers.length === 0 && role !== 'customer') return <Navigate to="/ops" replace />;
  return (
    <Suspense fallback={<Loading full />}>
      {customers.length === 0 ? (
        <Welcome />
      ) : (
        <CustomerProvider customers={customers}>
          <Frame>
            <Routes>
              <Route index element={<Home />} />
              <Route path="consumables/:consumableId" element={<ConsumablePage />} />
              <Route path="connect" element={<ConnectPage />} />
              <Route path="connect/:deviceId" element={<FirstReadingPage />} />
              <Route path="connect/:deviceId/consent" element={<ConsentPage />} />
              <Route path="orders" element={<OrdersPage />} />
              <Route path="orders/:orderId" element={<OrderPage />} />
              <Route path="devices/:deviceId" element={<DevicePage />} />
              <Route path="away" element={<AwayPage />} />
              <Route path="messages" element={<MessagesPage />} />
              <Route path="messages/preferences" element={<PreferencesPage />} />
              <Route path="privacy" element={<PrivacyPage />} />
              <Route path="settings" element={<SettingsPage />} />
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Frame>
        </CustomerProvider>
      )}
    </Suspense>
  );
}
