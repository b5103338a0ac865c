import type { Money } from './types.ts';

/** A product that fits a consumable, as its merchant sells it. */
export interface FittingProduct {
  readonly productId: string;
  readonly merchantId: string;
  readonly name: string;
  readonly unitPrice: Money;
  /** Fillings in one unit. */
  readonly packSize: number;
  readonly minimumQuantity: number;
  /** Uses (pages, cups) of one of its fillings; null: what the slot says. */
  readonly yieldUses: number | null;
}

/** A way to fill a need, with its price for each use. */
export interface OrderOption {
  readonly productId: string;
  readonly merchantId: string;
  readonly product: string;
  /** Units, and the fillings in them. */
  readonly quantity: number;
  readonly fillings: number;
  readonly unitPriceMinor: number;
  /** Without shipping. */
  readonly goodsMinor: number;
  readonly currency: string;
  /** Minor units for one use (`perUse`); null: nobody knows how many uses there are. */
  readonly perUseMinor: number | null;
  /** Minor units for one filling. */
  readonly perFillingMinor: number;
  /** The cheapest of all for its use. */
  readonly best: boolean;
}

/** More than these confuse more than they help. */
const ALTERNATIVES_MAX = 2;

/** Price of one use in minor units: unit price / (fillings in a unit · uses of a filling). */
export function perUse(product: FittingProduct, slotYield: number | null): number | null {
  const uses = product.yieldUses ?? slotYield;
  if (uses === null || !(uses > 0)) return null;
  return product.unitPrice.minor / (Math.max(product.packSize, 1) * uses);
}

/**
 * The product that was chosen first, then up to two others of the same currency, the cheapest for each use first;
 * each in the quantity that fills the same need. Where no yield is known, the price of a filling decides.
 */
export function orderOptions(request: {
  readonly chosen: FittingProduct;
  readonly quantity: number;
  readonly others: readonly FittingProduct[];
  readonly slotYield: number | null;
}): readonly OrderOption[] {
  const { chosen, quantity, others, slotYield } = request;
  const fillings = quantity * Math.max(chosen.packSize, 1);
  const option = (product: FittingProduct): Omit<OrderOption, 'best'> => {
    const pack = Math.max(product.packSize, 1);
    const units =
      product === chosen ? quantity : Math.max(Math.ceil(fillings / pack), product.minimumQuantity, 1);
    return {
      productId: product.productId,
      merchantId: product.merchantId,
      product: product.name,
      quantity: units,
      fillings: units * pack,
      unitPriceMinor: product.unitPrice.minor,
      goodsMinor: units * product.unitPrice.minor,
      currency: product.unitPrice.currency,
      perUseMinor: perUse(product, slotYield),
      perFillingMinor: product.unitPrice.minor / pack,
    };
  };
  const comparable = others.filter(
    ({ productId, unitPrice }) =>
      productId !== chosen.productId && unitPrice.currency === chosen.unitPrice.currency,
  );
  const ranked = comparable.map(option).toSorted(cheaper).slice(0, ALTERNATIVES_MAX);
  const all = [option(chosen), ...ranked];
  const best = all.toSorted(cheaper)[0];
  return all.map((one) => ({ ...one, best: one === best }));
}

/** By the price of a use where both tell it, else by that of a filling; ties by id, so that the answer is one. */
function cheaper(a: Omit<OrderOption, 'best'>, b: Omit<OrderOption, 'best'>): number {
  const known = a.perUseMinor !== null && b.perUseMinor !== null;
  const difference = known
    ? (a.perUseMinor ?? 0) - (b.perUseMinor ?? 0)
    : a.perFillingMinor - b.perFillingMinor;
  return difference || (a.productId < b.productId ? -1 : 1);
}
