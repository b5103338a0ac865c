import { MESSAGE_KINDS, type MessageKind } from '../../contracts/messages/details.ts';
import { type Channel, KINDS } from '../../contracts/messages/kinds.ts';
import type { Instant } from '../../core/types.ts';
import { nextAt, type QuietHours, quietUntil } from './quiet-hours.ts';

/** A message whose deliveries are to be made. */
export interface DueMessage {
  readonly id: string;
  readonly customerId: string | null;
  readonly orderId: string | null;
  readonly kind: string;
  /** Until when the customer may cancel what it announces. */
  readonly cancelUntil: Instant | null;
}

/** How somebody can be reached, and wants to be. */
export interface Reach {
  readonly timeZone: string;
  readonly hasMail: boolean;
  readonly pushIds: readonly string[];
  readonly endpoints: readonly { readonly id: string; readonly kinds: readonly string[] }[];
  readonly quiet: QuietHours | null;
  /** Minute of the day of the daily mail; null: none. */
  readonly digestAt: number | null;
  readonly preferences: readonly {
    readonly kind: string;
    readonly channel: string;
    readonly enabled: boolean;
  }[];
}

export interface PlannedDelivery {
  readonly messageId: string;
  readonly channel: Channel;
  readonly target: string;
  readonly digest: boolean;
  readonly dueAt: Instant;
}

const isKind = (kind: string): kind is MessageKind => (MESSAGE_KINDS as readonly string[]).includes(kind);

/** The ways that a message takes, and when: by the kind's nature and by what its reader prefers. Pure. */
export function planDeliveries(message: DueMessage, reach: Reach, now: Instant): readonly PlannedDelivery[] {
  if (!isKind(message.kind)) return [];
  const nature = KINDS[message.kind];
  const wants = (channel: Channel): boolean => {
    // What is owed always goes by mail; other ways may be turned off.
    if (nature.mandatory !== null && channel === 'e-mail') return true;
    const preferred = reach.preferences.find(
      ({ kind, channel: way }) => kind === message.kind && way === channel,
    );
    return preferred?.enabled ?? nature.channels.includes(channel);
  };
  const isOpen = ({ kinds }: Reach['endpoints'][number]) =>
    kinds.length === 0 || kinds.includes(message.kind);
  const targets: Readonly<Record<Channel, readonly string[]>> = {
    'e-mail': reach.hasMail ? [''] : [],
    'web-push': reach.pushIds,
    webhook: reach.endpoints.filter(isOpen).map(({ id }) => id),
  };
  const people = whenFor(message, nature.urgency, reach, now);
  const digest = reach.digestAt !== null && nature.urgency === 'can-wait' && nature.mandatory === null;
  const plan = (channel: Channel): PlannedDelivery[] =>
    (wants(channel) ? targets[channel] : []).map((target) => {
      const base = { messageId: message.id, channel, target };
      // Programs do not sleep.
      if (channel === 'webhook') return { ...base, digest: false, dueAt: now };
      if (channel === 'e-mail' && digest) {
        return { ...base, digest, dueAt: nextAt(now, reach.digestAt ?? 0, reach.timeZone) };
      }
      return { ...base, digest: false, dueAt: people };
    });
  return [...plan('e-mail'), ...plan('web-push'), ...plan('webhook')];
}

function whenFor(
  { cancelUntil }: DueMessage,
  urgency: (typeof KINDS)[MessageKind]['urgency'],
  { quiet, timeZone }: Reach,
  now: Instant,
): Instant {
  const until = quiet === null ? null : quietUntil(now, quiet, timeZone);
  if (until === null) return now;
  return urgency === 'deadline' && cancelUntil !== null && until >= cancelUntil ? now : until;
}
