/**
 * A browser without a screen denies every notification and knows no push service: what people's browsers answer is put
 * in their place, and everything from the click to the stored subscription is ours.
 */
export const PUSH = (publicKey: string) => `{
  let given = null;
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
  Notification.requestPermission = async () => 'granted';
  PushManager.prototype.getSubscription = async () => given;
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey !== '${publicKey}') throw new DOMException('no service', 'AbortError');
    const keys = { p256dh: '${'B'.repeat(87)}', auth: '${'A'.repeat(22)}' };
    given = { toJSON: () => ({ endpoint: 'https://push.example/1', keys }), unsubscribe: async () => { given = null; } };
    return given;
  };
}`;

/** Where the browser has no reader of codes of its own, as on Linux: one that reads a code once it sees a picture. */
export const DETECTOR = (code: string) => `globalThis.BarcodeDetector = class {
  constructor({ formats }) { if (formats[0] !== 'qr_code') throw new TypeError('formats'); }
  async detect(video) { return video.videoWidth > 0 ? [{ rawValue: 'https://neverout.example/c/' + '${code}' }] : []; }
}`;
