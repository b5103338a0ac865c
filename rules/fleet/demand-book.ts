import { type CountPmf, CountSum } from '../../core/demand.ts';
import type { Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';

const WRITE = `
  INSERT INTO demand_forecast (product_id, made_on, weeks, consumables, unknown, mean, p10, p50, p90)
  SELECT t.product_id, ($1::timestamptz AT TIME ZONE 'UTC')::date, t.weeks, t.consumables, t.unknown, t.mean, t.p10, t.p50, t.p90
  FROM unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $6::float8[], $7::int[], $8::int[], $9::int[])
    AS t(product_id, weeks, consumables, unknown, mean, p10, p50, p90)
  JOIN product p ON p.id = t.product_id
  ON CONFLICT (product_id, made_on, weeks) DO UPDATE SET consumables = excluded.consumables, unknown = excluded.unknown,
    mean = excluded.mean, p10 = excluded.p10, p50 = excluded.p50, p90 = excluded.p90`;

interface Page {
  /** One a week: orders from now until its end. */
  readonly sums: readonly CountSum[];
  unknown: number;
}

/** The sums of every product, while the fleet is walked: some kilobytes a product, however large the fleet. */
export class DemandBook {
  readonly #weeks: number;
  readonly #pages = new Map<string, Page>();

  constructor(weeks: number) {
    this.#weeks = weeks;
  }

  get products(): number {
    return this.#pages.size;
  }

  /** Adds one consumable's needs by week; null: nothing is known of it. */
  add(productId: string, need: readonly CountPmf[] | null): void {
    const page = this.#pageOf(productId);
    if (need === null) {
      page.unknown += 1;
      return;
    }
    for (const [week, pmf] of need.entries()) page.sums[week]?.add(pmf);
  }

  #pageOf(productId: string): Page {
    const known = this.#pages.get(productId);
    if (known !== undefined) return known;
    const page = { sums: Array.from({ length: this.#weeks }, () => new CountSum()), unknown: 0 };
    this.#pages.set(productId, page);
    return page;
  }

  /** The forecast of this day; made again, it replaces what was made before. */
  async write(db: Queryable, now: Instant): Promise<void> {
    const rows = [...this.#pages].flatMap(([productId, { sums, unknown }]) =>
      sums.map((sum, week) => ({ productId, weeks: week + 1, sum, unknown })),
    );
    if (rows.length === 0) return;
    await db.query(WRITE, [
      new Date(now),
      rows.map(({ productId }) => productId),
      rows.map(({ weeks }) => weeks),
      rows.map(({ sum }) => sum.terms),
      rows.map(({ unknown }) => unknown),
      rows.map(({ sum }) => sum.mean),
      rows.map(({ sum }) => sum.quantile(0.1)),
      rows.map(({ sum }) => sum.quantile(0.5)),
      rows.map(({ sum }) => sum.quantile(0.9)),
    ]);
  }
}
