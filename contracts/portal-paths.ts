/**
 * First segments of the portal's own addresses: the API's server answers them with the app. `''` is the start
 * page. Everything else stays the API's, so that a mistyped address below /v1 is a problem document, not a page.
 */
export const PORTAL_SEGMENTS = [
  '',
  'sign-in',
  'sign-up',
  'forgot-password',
  'erased',
  'consumables',
  'devices',
  'connect',
  'orders',
  'away',
  'privacy',
  'messages',
  'settings',
  'ops',
] as const;

/** Pages behind links in mails that the portal itself answers. */
export const PORTAL_ACCOUNT_PAGES = ['invitation'] as const;
