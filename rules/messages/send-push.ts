import webPush from 'web-push';
import { vapidKeys } from '../../platform/messages/vapid.ts';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { speak } from '../../platform/messages/words/speak.ts';
import { post } from '../../platform/outside/post.ts';
import type { MessageDeps, Outcome } from './deps.ts';
import type { Delivery } from './load-delivery.ts';

interface Subscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

const READ = 'SELECT endpoint, p256dh, auth FROM push_subscription WHERE id = $1 AND ended_at IS NULL';
const END = 'UPDATE push_subscription SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL';

/** A device that is off for longer finds the message in the inbox. */
const KEPT_SECONDS = 86_400;
/** The subscription is over (RFC 8030 §7.3), or never was. */
const OVER: ReadonlySet<number> = new Set([404, 410]);
/** Longer lines are cut on lock screens anyway, and push services take 4,096 bytes at most (RFC 8030 §7.2). */
const BODY_CHARACTERS = 180;

/** Sends a short notification; encrypted for the browser alone (RFC 8291). Where to read on is in it, nothing else. */
export async function sendPush(deps: MessageDeps, delivery: Delivery): Promise<Outcome> {
  const { database, clock, config, publicUrl } = deps;
  const { pool } = database;
  const { rows } = await pool.query<Subscription>(READ, [delivery.target]);
  const [subscription] = rows;
  if (subscription === undefined)
    return { outcome: 'failed', reason: 'The browser is not subscribed any more.' };
  const { endpoint, p256dh, auth } = subscription;
  const keys = await vapidKeys(pool, clock.now());
  const request = await encrypt(() =>
    webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payloadOf(delivery), {
      vapidDetails: { subject: subjectOf(publicUrl, config.MAIL_FROM), ...keys },
      TTL: KEPT_SECONDS,
      urgency: delivery.kind === 'announcement' ? 'high' : 'normal',
    }),
  );
  if (request === null) return { outcome: 'failed', reason: 'The keys of the subscription are not valid.' };
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const answer = await post({
    url: endpoint,
    headers,
    body: request.body ?? '',
    allowedHosts: config.OUTGOING_ALLOWED_HOSTS,
  });
  if (answer.outcome === 'forbidden') return { outcome: 'failed', reason: answer.reason };
  if (answer.outcome === 'failed') return { outcome: 'later', reason: answer.reason };
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  const reason = `The push service answered ${status}.`;
  if (!OVER.has(status)) return { outcome: 'later', reason };
  await pool.query(END, [delivery.target, new Date(clock.now())]);
  return { outcome: 'failed', reason };
}

/** What a browser claims to be its keys may be no keys. */
async function encrypt<Request>(make: () => Request): Promise<Request | null> {
  try {
    return await Promise.resolve(make());
  } catch {
    return null;
  }
}

/** Push services want somebody to write to: an https address or a mail address. */
const subjectOf = (publicUrl: string, from: string): string =>
  publicUrl.startsWith('https:')
    ? publicUrl
    : `mailto:${/[^\s<]+@[^\s>]+/.exec(from)?.[0] ?? 'neverout@localhost'}`;

function payloadOf({ kind, detail, customer, messageId }: Delivery): string {
  const { subject, brief = '' } = speak(
    kind,
    detail,
    readerOf(customer ?? { language: 'en', timeZone: 'UTC' }),
  );
  return JSON.stringify({
    title: subject.slice(0, BODY_CHARACTERS),
    body: brief.slice(0, BODY_CHARACTERS),
    messageId,
    path: `/messages/${messageId}`,
  });
}
