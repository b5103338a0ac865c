import type { Channel } from '../../contracts/messages/kinds.ts';
import { announcementNow } from './announcement-now.ts';
import { composeDigest } from './compose-mail.ts';
import type { MessageDeps, Outcome } from './deps.ts';
import { type Delivery, takeDelivery, takeDigest } from './load-delivery.ts';
import { recordOutcome } from './record.ts';
import { handOver, sendMail } from './send-mail.ts';
import { sendPush } from './send-push.ts';
import { sendWebhook } from './send-webhook.ts';

const SENDERS: Readonly<Record<Channel, (deps: MessageDeps, delivery: Delivery) => Promise<Outcome>>> = {
  'e-mail': sendMail,
  'web-push': sendPush,
  webhook: sendWebhook,
};

/** What an order has to be for a message about it to be worth sending. */
const SPEAKS_OF: Readonly<Record<string, string>> = { announcement: 'announced', proposal: 'proposed' };

/** Why it is no longer worth sending; null: it is. */
function overtaken({ kind, order, isCurrent }: Delivery): string | null {
  const status = SPEAKS_OF[kind];
  if (status === undefined || order === null) return null;
  if (order.status !== status) return `The order is ${order.status} by now.`;
  return isCurrent ? null : 'A later message says what counts now.';
}

/** Job deliver-message: one attempt at one delivery. When the next one is due stands in its row. */
export async function deliverMessage(deps: MessageDeps, deliveryId: string, attempt: number): Promise<void> {
  const delivery = await takeDelivery(deps.database.pool, deliveryId, attempt);
  if (delivery === null) return;
  const reason = overtaken(delivery);
  if (reason !== null) return recordOutcome(deps, delivery, { outcome: 'suppressed', reason }, null);
  const told = await announcementNow(deps, delivery);
  const outcome = await SENDERS[delivery.channel](deps, asToldNow(delivery, told));
  await recordOutcome(deps, delivery, outcome, told);
}

function asToldNow(delivery: Delivery, told: Awaited<ReturnType<typeof announcementNow>>): Delivery {
  if (told === null) return delivery;
  const { cancelUntil, dueAt, ...arrival } = told;
  const instants = { cancelUntil: new Date(cancelUntil).toISOString(), dueAt: new Date(dueAt).toISOString() };
  return { ...delivery, detail: { ...delivery.detail, ...arrival, ...instants } };
}

/** Job send-digest: what waits for a customer's daily mail, as one mail. */
export async function sendDigest(deps: MessageDeps, customerId: string, attempt: number): Promise<void> {
  const waiting = await takeDigest(deps.database.pool, customerId, attempt);
  const [first] = waiting;
  if (first?.customer == null) return;
  const { customer } = first;
  const outcome: Outcome =
    customer.addresses.length === 0
      ? { outcome: 'failed', reason: 'There is no address to send it to.' }
      : await handOver(deps, composeDigest(deps, waiting, customer));
  for (const delivery of waiting) await recordOutcome(deps, delivery, outcome, null);
}
