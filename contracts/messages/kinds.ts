import { MESSAGE_KINDS, type MessageKind } from './details.ts';

/** Ways to a customer outside the portal; the inbox in the portal has every message. */
export const CHANNELS = ['e-mail', 'web-push', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface KindNature {
  readonly audience: 'customer' | 'staff';
  /** Cannot be turned off: an announcement only by leaving `automatic`, a duty of the law not at all. */
  readonly mandatory: 'announcement' | 'duty' | null;
  /**
   * `deadline`: quiet hours hold it back only as long as its deadline allows; `prompt`: until they end;
   * `can-wait`: also for the daily mail of those who want one.
   */
  readonly urgency: 'deadline' | 'prompt' | 'can-wait';
  /** Channels on which it goes out unless the customer says otherwise. */
  readonly channels: readonly Channel[];
}

const of = (
  urgency: KindNature['urgency'],
  mandatory: KindNature['mandatory'] = null,
  channels: readonly Channel[] = CHANNELS,
): KindNature => ({ audience: 'customer', mandatory, urgency, channels });

export const KINDS: Readonly<Record<MessageKind, KindNature>> = {
  announcement: of('deadline', 'announcement'),
  proposal: of('prompt'),
  'order-update': of('can-wait'),
  'move-offer': of('prompt'),
  'calendar-broken': of('can-wait', null, ['e-mail', 'webhook']),
  'annual-reminder': of('can-wait', 'duty', ['e-mail', 'webhook']),
  'fee-change-notice': of('can-wait', 'duty', ['e-mail', 'webhook']),
  'withdrawal-acknowledgement': of('prompt', 'duty', ['e-mail', 'webhook']),
  'coach-reminder': of('can-wait'),
  'strategy-suggestion': of('can-wait', null, ['e-mail', 'webhook']),
  'ops-alert': { audience: 'staff', mandatory: null, urgency: 'prompt', channels: ['e-mail', 'webhook'] },
};

/** Kinds that customers have preferences about. */
export const CUSTOMER_KINDS = MESSAGE_KINDS.filter((kind) => KINDS[kind].audience === 'customer');
