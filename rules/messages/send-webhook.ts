import { Webhook } from 'standardwebhooks';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { speak } from '../../platform/messages/words/speak.ts';
import { post } from '../../platform/outside/post.ts';
import type { MessageDeps, Outcome } from './deps.ts';
import type { Delivery } from './load-delivery.ts';

interface Endpoint {
  readonly url: string;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousSecretUntil: Date | null;
}

const READ = `
  SELECT url, secret, previous_secret AS "previousSecret", previous_secret_until AS "previousSecretUntil"
  FROM webhook_endpoint WHERE id = $1 AND disabled_at IS NULL`;
const DISABLE = `
  UPDATE webhook_endpoint SET disabled_at = $2, disabled_reason = $3 WHERE id = $1 AND disabled_at IS NULL`;

/** Standard Webhooks, "Responses": the receiver wants no more. */
const GONE = 410;

/** Posts a message to a customer's or the staff's endpoint, signed after Standard Webhooks. */
export async function sendWebhook(
  { database, clock, config }: MessageDeps,
  delivery: Delivery,
): Promise<Outcome> {
  const { pool } = database;
  const { rows } = await pool.query<Endpoint>(READ, [delivery.target]);
  const [endpoint] = rows;
  if (endpoint === undefined) return { outcome: 'failed', reason: 'The endpoint is disabled or gone.' };
  const now = new Date(clock.now());
  const body = bodyOf(delivery);
  const answer = await post({
    url: endpoint.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'neverout-webhooks',
      // The same for every attempt: a receiver knows what it has taken already.
      'webhook-id': delivery.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signaturesOf(endpoint, delivery.id, now, body),
    },
    body,
    allowedHosts: config.OUTGOING_ALLOWED_HOSTS,
  });
  if (answer.outcome === 'forbidden') return { outcome: 'failed', reason: answer.reason };
  if (answer.outcome === 'failed') return { outcome: 'later', reason: answer.reason };
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  const reason = `The endpoint answered ${status}.`;
  if (status !== GONE) return { outcome: 'later', reason };
  await pool.query(DISABLE, [delivery.target, now, 'It answered 410: it wants no more.']);
  return { outcome: 'failed', reason };
}

/** While a secret is being replaced, both sign. */
function signaturesOf(endpoint: Endpoint, id: string, now: Date, body: string): string {
  const { secret, previousSecret, previousSecretUntil } = endpoint;
  const both = previousSecret !== null && previousSecretUntil !== null && previousSecretUntil > now;
  const secrets = both ? [secret, previousSecret] : [secret];
  return secrets.map((key) => new Webhook(key).sign(id, now, body)).join(' ');
}

function bodyOf({ kind, detail, customer, orderId, messageId, createdAt }: Delivery): string {
  const { subject, paragraphs } = speak(
    kind,
    detail,
    readerOf(customer ?? { language: 'en', timeZone: 'UTC' }),
  );
  return JSON.stringify({
    type: `message.${kind}`,
    timestamp: createdAt.toISOString(),
    data: {
      messageId,
      customerId: customer?.id ?? null,
      orderId,
      kind,
      detail,
      subject,
      text: paragraphs.join(' '),
    },
  });
}
