/// <reference lib="webworker" />
/** The service worker: shows what is pushed and opens what it is about. It keeps no pages and sees no requests. */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

interface Pushed {
  readonly title: string;
  readonly body?: string;
  readonly url?: string;
  readonly tag?: string;
}

worker.addEventListener('push', (event) => {
  const { title, body, url, tag } = (event.data?.json() ?? { title: 'Neverout' }) as Pushed;
  const options: NotificationOptions = { icon: '/favicon.svg', data: { url: url ?? '/' } };
  if (body !== undefined) options.body = body;
  if (tag !== undefined) options.tag = tag;
  event.waitUntil(worker.registration.showNotification(title, options));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { url } = event.notification.data as { url: string };
  // Only pages of our own are ever opened.
  const target = new URL(url, worker.location.origin);
  if (target.origin === worker.location.origin) event.waitUntil(worker.clients.openWindow(target.href));
});

export {};
