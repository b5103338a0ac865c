import type { Channel } from '../../contracts/messages/kinds.ts';
import { HOUR_MS, type Instant } from '../../core/types.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const minutes = (...values: number[]) => values.map((value) => value * MINUTE_MS);
const hours = (...values: number[]) => values.map((value) => value * HOUR_MS);

/** Mail servers are given five days, as they give each other (RFC 5321 §4.5.4.1). */
const MAIL_DAYS = 5;

/** Pause after the first, second … attempt; after the last there is none more. */
const PAUSES_MS: Readonly<Record<Channel, readonly number[]>> = {
  'e-mail': [...minutes(1, 5, 15, 30), ...Array<number>(MAIL_DAYS * 24).fill(HOUR_MS)],
  'web-push': [...minutes(1, 5, 30), ...hours(1, 2, 4, 8)],
  // Standard Webhooks, "Retries": the schedule of its specification.
  webhook: [5 * SECOND_MS, ...minutes(5, 30), ...hours(2, 5, 10, 14, 20, 24)],
};

/** When the next attempt is due after `attempts` of them; null: that was the last. */
export function nextAttemptAt(channel: Channel, attempts: number, now: Instant): Instant | null {
  const pause = PAUSES_MS[channel][attempts - 1];
  return pause === undefined ? null : now + pause;
}
