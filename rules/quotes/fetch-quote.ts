import type { Quote } from '../../contracts/merchant.ts';
import { DAY_MS, HOUR_MS, type Instant } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { type MerchantAccount, merchantOf } from '../merchants/registry.ts';
import { adapterSettings } from '../merchants/settings.ts';
import type { Jobs } from '../outbox/jobs.ts';

/** A merchant that could not be reached is asked again after this, within the bounded wait. */
const RETRY_MS = 60_000;
/** Prices hold for some hours even where nobody promises it; longer, and announcements would be guesses. */
const PRICE_HOURS = 4;
/** A longer promise is not believed: catalogues change. */
const LONGEST_PROMISE_MS = 14 * DAY_MS;
const SOLD_OUT_HOURS = 6;
/** A merchant that was away is tried again soon; one that gives no quotes will not begin today. */
const AWAY_HOURS = 1;
const NOT_OFFERED_HOURS = 24;

interface WantedQuote {
  readonly id: string;
  readonly productId: string;
  readonly sku: string;
  readonly currency: string;
  readonly quantity: number;
  readonly minimumQuantity: number;
  readonly giveUpAt: Date;
  readonly merchant: MerchantAccount;
}

const WANTED = `
  SELECT q.id, q.product_id AS "productId", p.sku, p.currency, q.quantity, p.minimum_quantity AS "minimumQuantity",
    q.give_up_at AS "giveUpAt",
    json_build_object('adapter', m.adapter, 'baseUrl', m.base_url, 'apiKey', m.api_key) AS merchant
  FROM quote q JOIN product p ON p.id = q.product_id JOIN merchant m ON m.id = q.merchant_id
  WHERE q.id = $1 AND q.status = 'wanted'`;

/** Job fetch-quote: asks the merchant, keeps its answer, and has all who waited for it evaluated anew. */
export async function fetchQuote(deps: RulesDeps, { quoteId }: Jobs['fetch-quote']): Promise<void> {
  const { rows } = await deps.database.pool.query<WantedQuote>(WANTED, [quoteId]);
  const wanted = rows[0];
  if (wanted === undefined) return;
  const merchant = merchantOf(wanted.merchant, adapterSettings(deps.config));
  const answer = await merchant.quote(wanted.sku, wanted.quantity);
  deps.metrics.merchantCalls.inc({ operation: 'quote', outcome: answer.outcome });
  const now = deps.clock.now();
  const settled = (settlement: Settlement) =>
    inTransaction(deps.database.pool, (db) => settleQuote(db, wanted, settlement, now));
  switch (answer.outcome) {
    case 'quoted':
      return answer.quote.currency === wanted.currency
        ? settled({ status: 'quoted', quote: answer.quote, hours: PRICE_HOURS, detail: null })
        : settled(none('The merchant quotes in another currency.', NOT_OFFERED_HOURS));
    case 'unavailable':
      return settled({
        status: 'unavailable',
        quote: null,
        hours: SOLD_OUT_HOURS,
        detail: 'The merchant cannot deliver it at the moment.',
      });
    case 'not-offered':
      return settled(none('The merchant gives no quotes.', NOT_OFFERED_HOURS));
    case 'unknown':
      return now + RETRY_MS < wanted.giveUpAt.getTime()
        ? retryLater(deps.database.pool, quoteId, now + RETRY_MS)
        : settled(none(`The merchant did not answer (${answer.detail}).`, AWAY_HOURS));
  }
}

interface Settlement {
  readonly status: 'quoted' | 'unavailable' | 'none';
  readonly quote: Quote | null;
  /** How long it is taken as it is, unless the merchant says. */
  readonly hours: number;
  readonly detail: string | null;
}

const none = (detail: string, hours: number): Settlement => ({ status: 'none', quote: null, hours, detail });

async function retryLater(db: Queryable, quoteId: string, at: Instant): Promise<void> {
  await db.query(`UPDATE quote SET due_at = $2 WHERE id = $1 AND status = 'wanted'`, [quoteId, new Date(at)]);
}

/** The answer, the list price that it corrects, and the new look of all who waited: one statement each way. */
const SETTLE = `
  WITH settled AS (
    UPDATE quote SET status = $2, answered_at = $3, valid_until = $4, due_at = NULL, binding = $5, merchant_quote_id = $6,
      unit_price_minor = $7, shipping_minor = $8, currency = $9, arrives_from = $10, arrives_to = $11, detail = $12
    WHERE id = $1 AND status = 'wanted' RETURNING id, product_id, quantity, unit_price_minor
  ), listed AS (
    -- The price of the least that can be bought is the list price.
    UPDATE product p SET unit_price_minor = s.unit_price_minor FROM settled s
    WHERE p.id = s.product_id AND p.minimum_quantity = s.quantity AND p.unit_price_minor <> s.unit_price_minor
  ), woken AS (
    DELETE FROM quote_waiter w USING settled s WHERE w.quote_id = s.id RETURNING w.consumable_id
  )
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT consumable_id, '{}', '{}', '{}', $3 FROM woken`;

async function settleQuote(
  db: Queryable,
  { id }: WantedQuote,
  { status, quote, hours, detail }: Settlement,
  now: Instant,
): Promise<void> {
  const promised = quote?.validUntil === undefined ? Number.NaN : Date.parse(quote.validUntil);
  const binding = promised > now;
  const validUntil = binding ? Math.min(promised, now + LONGEST_PROMISE_MS) : now + hours * HOUR_MS;
  await db.query(SETTLE, [
    id,
    status,
    new Date(now),
    new Date(validUntil),
    binding,
    quote?.quoteId ?? null,
    quote?.unitPriceMinor ?? null,
    quote?.shippingMinor ?? null,
    quote?.currency ?? null,
    quote?.arrivesFrom ?? null,
    quote?.arrivesTo ?? null,
    detail,
  ]);
}

/** What a merchant said about a product without having been asked for a quote: a refusal, a new price. */
const NOTE = `
  INSERT INTO quote (product_id, merchant_id, quantity, status, wanted_at, give_up_at, answered_at, valid_until,
    unit_price_minor, shipping_minor, currency, arrives_from, arrives_to, merchant_quote_id, binding, detail)
  SELECT p.id, p.merchant_id, $2, $3, $4::timestamptz, $4, $4, $5::timestamptz, $6, $7, $8, $9, $10, $11, $12, $13
  FROM product p WHERE p.id = $1`;

export async function noteQuote(
  db: Queryable,
  about: { readonly productId: string; readonly quantity: number },
  answer: { readonly quote: Quote } | { readonly unavailable: string },
  now: Instant,
): Promise<void> {
  const quote = 'quote' in answer ? answer.quote : null;
  const promised = quote?.validUntil === undefined ? Number.NaN : Date.parse(quote.validUntil);
  const binding = promised > now;
  const hours = quote === null ? SOLD_OUT_HOURS : PRICE_HOURS;
  await db.query(NOTE, [
    about.productId,
    about.quantity,
    quote === null ? 'unavailable' : 'quoted',
    new Date(now),
    new Date(binding ? Math.min(promised, now + LONGEST_PROMISE_MS) : now + hours * HOUR_MS),
    quote?.unitPriceMinor ?? null,
    quote?.shippingMinor ?? null,
    quote?.currency ?? null,
    quote?.arrivesFrom ?? null,
    quote?.arrivesTo ?? null,
    quote?.quoteId ?? null,
    binding,
    'unavailable' in answer ? answer.unavailable : null,
  ]);
}
