import type { z } from 'zod';
import { opsWebhooksSchema } from '../../contracts/http/ops/webhooks.ts';
import { DAY_MS } from '../../core/types.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

type Webhooks = z.output<typeof opsWebhooksSchema>;

const MONTH_MS = 30 * DAY_MS;

/** Parameter: since. The tally reads the deliveries of the span once. */
const ENDPOINTS = `
  WITH tally AS (
    SELECT target, count(*) FILTER (WHERE status = 'sent')::int AS sent, count(*) FILTER (WHERE status = 'pending')::int AS pending,
      count(*) FILTER (WHERE status = 'failed')::int AS failed
    FROM message_delivery WHERE status IN ('sent', 'pending', 'failed') AND created_at >= $1 AND channel = 'webhook' GROUP BY target
  )
  SELECT e.id, substring(e.url FROM '^[a-z]+://([^/?#]+)') AS host, e.customer_id AS "customerId", cu.name AS "customerName", e.kinds,
    e.created_at AS "createdAt", e.disabled_at AS "disabledAt", e.disabled_reason AS "disabledReason",
    coalesce(t.sent, 0) AS sent, coalesce(t.pending, 0) AS pending, coalesce(t.failed, 0) AS failed
  FROM webhook_endpoint e LEFT JOIN customer cu ON cu.id = e.customer_id LEFT JOIN tally t ON t.target = e.id::text
  ORDER BY (e.disabled_at IS NOT NULL OR coalesce(t.failed, 0) > 0) DESC, e.id DESC LIMIT 500`;

const UNDELIVERED = `
  SELECT d.id, d.created_at AS "createdAt", d.channel, m.kind, m.customer_id AS "customerId", cu.name AS "customerName",
    d.attempts, d.last_error AS "lastError"
  FROM message_delivery d JOIN message m ON m.id = d.message_id LEFT JOIN customer cu ON cu.id = m.customer_id
  WHERE d.status = 'failed' AND d.created_at >= $1 ORDER BY d.created_at DESC LIMIT 100`;

const INCOMING = `
  SELECT m.id AS "merchantId", m.name, taken.n AS "lastMonth", taken.last_at AS "lastAt" FROM merchant m
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS n, max(received_at) AS last_at FROM webhook_receipt WHERE merchant_id = m.id AND received_at >= $1
  ) taken ORDER BY m.name LIMIT 200`;

export function registerWebhookOverview(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/ops/webhooks',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Webhooks out and in: how they fare, and which messages never came',
      response: { 200: opsWebhooksSchema },
    }),
    async () => {
      const since = [new Date(clock.now() - MONTH_MS)];
      const [endpoints, undelivered, incoming] = await Promise.all([
        pool.query<Webhooks['endpoints'][number]>(ENDPOINTS, since),
        pool.query<Webhooks['undelivered'][number]>(UNDELIVERED, since),
        pool.query<Webhooks['incoming'][number]>(INCOMING, since),
      ]);
      return { endpoints: endpoints.rows, undelivered: undelivered.rows, incoming: incoming.rows };
    },
  );
}
