import type { Instant, LocalDate } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';

/**
 * wanted: the merchant is still to be asked. quoted: it named price and dates. unavailable: it cannot
 * deliver. none: it was away, or gives no quotes.
 */
type QuoteStatus = 'wanted' | 'quoted' | 'unavailable' | 'none';

/** What is known of a product in one quantity: being asked, or answered a short while ago. */
export interface KnownQuote {
  readonly id: string;
  readonly productId: string;
  readonly quantity: number;
  readonly status: QuoteStatus;
  /** When it is done without, if nothing was answered by then. */
  readonly giveUpAt: Instant;
  readonly answeredAt: Instant | null;
  readonly price: QuotedPrice | null;
}

/** Of a quote that was given. */
interface QuotedPrice {
  readonly unitPriceMinor: number;
  readonly shippingMinor: number;
  readonly currency: string;
  readonly arrivesFrom: LocalDate;
  readonly arrivesTo: LocalDate;
}

/** By quantity, the newest of each. */
export type QuotesOfProduct = ReadonlyMap<number, KnownQuote>;

interface QuoteRow {
  readonly id: string;
  readonly productId: string;
  readonly quantity: number;
  readonly status: QuoteStatus;
  readonly giveUpAt: Date;
  readonly answeredAt: Date | null;
  readonly unitPriceMinor: number | null;
  readonly shippingMinor: number | null;
  readonly currency: string | null;
  readonly arrivesFrom: string | null;
  readonly arrivesTo: string | null;
}

/** Two branches: each is a probe of its own index, whatever lies about of older quotes. */
const KNOWN = prepared(`
  SELECT DISTINCT ON (product_id, quantity) id, product_id AS "productId", quantity, status, give_up_at AS "giveUpAt",
    answered_at AS "answeredAt", unit_price_minor AS "unitPriceMinor", shipping_minor AS "shippingMinor", currency,
    arrives_from::text AS "arrivesFrom", arrives_to::text AS "arrivesTo"
  FROM (
    SELECT * FROM quote WHERE product_id = ANY ($1::uuid[]) AND valid_until > $2
    UNION ALL
    SELECT * FROM quote WHERE product_id = ANY ($1::uuid[]) AND status = 'wanted'
  ) known
  ORDER BY product_id, quantity, answered_at DESC NULLS LAST`);

export type QuotesOf = (productId: string) => QuotesOfProduct;

const NONE: QuotesOfProduct = new Map();

/** What is known of the products at `now`. */
export async function loadQuotes(
  db: Queryable,
  productIds: readonly string[],
  now: Instant,
): Promise<QuotesOf> {
  if (productIds.length === 0) return () => NONE;
  const { rows } = await db.query<QuoteRow>(KNOWN, [[...new Set(productIds)], new Date(now)]);
  const byProduct = new Map<string, Map<number, KnownQuote>>();
  for (const row of rows) {
    const known = byProduct.get(row.productId) ?? new Map<number, KnownQuote>();
    byProduct.set(row.productId, known.set(row.quantity, quoteOf(row)));
  }
  return (productId) => byProduct.get(productId) ?? NONE;
}

function quoteOf(row: QuoteRow): KnownQuote {
  const { id, productId, quantity, status, giveUpAt, answeredAt } = row;
  return {
    id,
    productId,
    quantity,
    status,
    giveUpAt: giveUpAt.getTime(),
    answeredAt: answeredAt?.getTime() ?? null,
    price: status === 'quoted' ? priceOf(row) : null,
  };
}

function priceOf(row: QuoteRow): QuotedPrice | null {
  const { unitPriceMinor, shippingMinor, currency, arrivesFrom, arrivesTo } = row;
  const complete =
    unitPriceMinor !== null && shippingMinor !== null && arrivesFrom !== null && arrivesTo !== null;
  return complete && currency !== null
    ? { unitPriceMinor, shippingMinor, currency, arrivesFrom, arrivesTo }
    : null;
}
