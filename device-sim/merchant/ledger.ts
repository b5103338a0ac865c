import type { CatalogueItem, PlaceOrder, Quote, Rejection } from '../../contracts/merchant.ts';
import type { Instant, SiteCalendar } from '../../core/types.ts';
import { chanceOf } from '../backtest/chance.ts';
import { drawJourney, type Journey, type Purchase, type PurchaseStatus, promise } from './purchase.ts';

export interface LedgerOptions {
  readonly items: readonly CatalogueItem[];
  readonly seed: number;
  /** Probability of 0, 1, 2 … business days from order to delivery. */
  readonly leadTimePmf: readonly number[];
  readonly calendar: SiteCalendar;
  /** Of one box. */
  readonly shippingMinor: number;
}

export type Placement =
  | { readonly kind: 'booked'; readonly purchase: Purchase; readonly replayed: boolean }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'key-reused' };

/** JSON with sorted keys: two bodies are the same order when they say the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The merchant's goods and books; knows neither HTTP nor the clock. */
export class Ledger {
  readonly purchases: Purchase[] = [];
  readonly #options: LedgerOptions;
  readonly #items: Map<string, CatalogueItem>;
  readonly #soldOut = new Set<string>();
  readonly #byKey = new Map<string, { body: string; purchase: Purchase }>();
  readonly #boxes = new Map<string, readonly Purchase[]>();
  /** Parcels so far to one address of one SKU: names the chance of the next one, whatever the order of calls. */
  readonly #parcels = new Map<string, number>();

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#items = new Map(options.items.map((item) => [item.sku, item]));
  }

  get items(): readonly CatalogueItem[] {
    return [...this.#items.values()];
  }

  setPrice(sku: string, unitPriceMinor: number): void {
    const item = this.#items.get(sku);
    if (item === undefined) throw new RangeError(`No such SKU: ${sku}`);
    this.#items.set(sku, { ...item, unitPriceMinor });
  }

  setAvailable(sku: string, available: boolean): void {
    if (available) this.#soldOut.delete(sku);
    else this.#soldOut.add(sku);
  }

  quote(sku: string, quantity: number, at: Instant): Quote | null {
    const item = this.#items.get(sku);
    if (item === undefined) return null;
    const { leadTimePmf, calendar, shippingMinor } = this.#options;
    const { unitPriceMinor, currency } = item;
    return {
      sku,
      quantity,
      available: !this.#soldOut.has(sku),
      unitPriceMinor,
      shippingMinor,
      totalMinor: unitPriceMinor * quantity + shippingMinor,
      currency,
      ...promise(at, leadTimePmf, calendar),
    };
  }

  /** Books an order once per key: the same key and body give the same purchase, another body is an error. */
  place(key: string, order: PlaceOrder, at: Instant): Placement {
    const body = canonical(order);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      if (known.body !== body) return { kind: 'key-reused' };
      return { kind: 'booked', purchase: known.purchase, replayed: true };
    }
    const rejection = this.#refusal(order, at);
    if (rejection !== null) return { kind: 'rejected', rejection };
    const purchase = this.#book(order, at);
    this.#byKey.set(key, { body, purchase });
    return { kind: 'booked', purchase, replayed: false };
  }

  #refusal(order: PlaceOrder, at: Instant): Rejection | null {
    const quote = this.quote(order.sku, order.quantity, at);
    if (quote === null) return { code: 'unknown-sku', detail: `There is no ${order.sku}.` };
    if (!quote.available) return { code: 'out-of-stock', detail: `${order.sku} is sold out.` };
    const totalMinor = quote.unitPriceMinor * order.quantity + this.#shippingOf(order);
    if (quote.currency !== order.currency || totalMinor > order.maxTotalMinor) {
      return { code: 'price-changed', detail: `It is ${totalMinor} ${quote.currency} now.` };
    }
    return null;
  }

  /** One box is charged once, whoever of it offers to pay. */
  #shippingOf({ parcelReference, shippingPaid }: PlaceOrder): number {
    const isPaid = parcelReference !== undefined && (shippingPaid === true || this.#paid(parcelReference));
    return isPaid ? 0 : this.#options.shippingMinor;
  }

  #paid(box: string): boolean {
    return (this.#boxes.get(box) ?? []).some(
      ({ status, shippingMinor }) => status !== 'cancelled' && shippingMinor > 0,
    );
  }

  /** What is packed already, for the same box, and has not left: its way is the way of all. */
  #packed({ parcelReference }: PlaceOrder, at: Instant): Journey | undefined {
    if (parcelReference === undefined) return undefined;
    const packed = this.#boxes.get(parcelReference)?.find(({ status, shipsAt }) => {
      return status === 'accepted' && shipsAt > at;
    });
    if (packed === undefined) return undefined;
    const { arrivesFrom, arrivesTo, shipsAt, deliversAt } = packed;
    return { arrivesFrom, arrivesTo, shipsAt, deliversAt };
  }

  #book(order: PlaceOrder, at: Instant): Purchase {
    const { seed, leadTimePmf, calendar } = this.#options;
    const unitPriceMinor = this.#items.get(order.sku)?.unitPriceMinor ?? 0;
    const addressee = canonical([order.deliveryAddress, order.sku]);
    const parcel = this.#parcels.get(addressee) ?? 0;
    this.#parcels.set(addressee, parcel + 1);
    const chance = chanceOf(seed, 'parcel', addressee, parcel);
    const { clientReference, sku, quantity, currency, deliveryAddress } = order;
    const drawn = drawJourney(at, leadTimePmf, calendar, chance);
    const shippingMinor = this.#shippingOf(order);
    const box = order.parcelReference ?? clientReference;
    const purchase: Purchase = {
      reference: `P-${String(this.purchases.length + 1).padStart(6, '0')}`,
      clientReference,
      sku,
      quantity,
      unitPriceMinor,
      totalMinor: unitPriceMinor * quantity + shippingMinor,
      shippingMinor,
      currency,
      box,
      deliveryAddress,
      placedAt: at,
      ...(this.#packed(order, at) ?? drawn),
      status: 'accepted',
      updatedAt: at,
    };
    this.purchases.push(purchase);
    this.#boxes.set(box, [...(this.#boxes.get(box) ?? []), purchase]);
    return purchase;
  }

  find(reference: string): Purchase | undefined {
    return this.purchases.find((purchase) => purchase.reference === reference);
  }

  /** What has left the warehouse cannot be called back. */
  cancel(purchase: Purchase, at: Instant): boolean {
    if (purchase.status !== 'accepted') return purchase.status === 'cancelled';
    purchase.status = 'cancelled';
    purchase.updatedAt = at;
    return true;
  }

  /** Ships and delivers what is due; every change in the order of its time. */
  advance(now: Instant): Purchase[] {
    const moves: { at: Instant; purchase: Purchase; to: PurchaseStatus }[] = [];
    for (const purchase of this.purchases) {
      const { status, shipsAt, deliversAt } = purchase;
      if (status === 'accepted' && shipsAt <= now) moves.push({ at: shipsAt, purchase, to: 'shipped' });
      const underway = status === 'accepted' || status === 'shipped';
      if (underway && deliversAt <= now) moves.push({ at: deliversAt, purchase, to: 'delivered' });
    }
    moves.sort((a, b) => a.at - b.at || (a.purchase.reference < b.purchase.reference ? -1 : 1));
    return moves.map(({ at, purchase, to }) => {
      purchase.status = to;
      purchase.updatedAt = at;
      // A snapshot: the webhook tells the status it was sent for.
      return { ...purchase };
    });
  }
}
