import type { RouteObject } from 'react-router';

/** Home comes with the first load; what people open from there comes when they do. */
export const customerRoutes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('../customer/home/home.tsx')).Home }) },
  {
    path: 'consumables/:consumableId',
    lazy: async () => ({
      Component: (await import('../customer/consumable/consumable.tsx')).ConsumablePage,
    }),
  },
  {
    path: 'connect',
    lazy: async () => ({ Component: (await import('../customer/connect/connect.tsx')).ConnectPage }),
  },
  {
    path: 'connect/:deviceId',
    lazy: async () => ({
      Component: (await import('../customer/connect/first-reading.tsx')).FirstReadingPage,
    }),
  },
  {
    path: 'connect/:deviceId/consent',
    lazy: async () => ({ Component: (await import('../customer/connect/consent.tsx')).ConsentPage }),
  },
  {
    path: 'orders',
    lazy: async () => ({ Component: (await import('../customer/orders/orders.tsx')).OrdersPage }),
  },
  {
    path: 'orders/:orderId',
    lazy: async () => ({ Component: (await import('../customer/orders/order.tsx')).OrderPage }),
  },
  {
    path: 'devices/:deviceId',
    lazy: async () => ({ Component: (await import('../customer/device/device.tsx')).DevicePage }),
  },
  {
    path: 'away',
    lazy: async () => ({ Component: (await import('../customer/away/away.tsx')).AwayPage }),
  },
  {
    path: 'messages',
    lazy: async () => ({ Component: (await import('../customer/messages/messages.tsx')).MessagesPage }),
  },
  {
    path: 'messages/preferences',
    lazy: async () => ({
      Component: (await import('../customer/messages/preferences-page.tsx')).PreferencesPage,
    }),
  },
  {
    path: 'privacy',
    lazy: async () => ({ Component: (await import('../customer/privacy/privacy.tsx')).PrivacyPage }),
  },
  {
    path: 'settings',
    lazy: async () => ({ Component: (await import('../customer/settings/settings.tsx')).SettingsPage }),
  },
];
