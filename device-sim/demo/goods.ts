import type { CatalogueItem } from '../../contracts/merchant.ts';
import type { DeviceKind } from '../fleet/device-kind.ts';
import type { WorldPlan } from './world-plan.ts';

export const CURRENCY = 'EUR';
/** Of one box, however much is in it. */
export const SHIPPING_MINOR = 390;

const idOf = ({ make, model }: DeviceKind): string => `${make} ${model}`;

/** Every device model of the world, once. */
export function kindsOf(plan: WorldPlan): readonly DeviceKind[] {
  const kinds = new Map<string, DeviceKind>();
  for (const { devices } of plan.customers) {
    for (const { kind } of devices) kinds.set(idOf(kind), kind);
  }
  return [...kinds.values()];
}

/** What the merchant sells: something for every slot of the world. */
export function goodsOf(plan: WorldPlan): readonly CatalogueItem[] {
  const items = new Map<string, CatalogueItem>();
  for (const { slots } of kindsOf(plan)) {
    for (const { product } of slots) {
      items.set(product.sku, { ...product, currency: CURRENCY, minimumQuantity: 1 });
    }
  }
  return [...items.values()];
}
