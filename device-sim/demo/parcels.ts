import { orderWithHistorySchema } from '../../contracts/http/orders.ts';
import { formatMoney } from '../../core/money.ts';
import type { Ledger } from '../merchant/ledger.ts';
import type { ApiClient } from './api-client.ts';
import type { Story } from './story.ts';
import type { Parcel, World } from './world.ts';

export interface ParcelDeps {
  readonly api: ApiClient;
  readonly ledger: Ledger;
  readonly world: World;
  readonly story: Story;
}

/** Brings what the merchant's books say is delivered to the shelf of the slot it was ordered for. */
export class Parcels {
  readonly #deps: ParcelDeps;
  readonly all: Parcel[] = [];
  /** Purchases that no slot of the world wants: the platform's order is missing or names another product. */
  readonly strays: string[] = [];
  #seen = 0;

  constructor(deps: ParcelDeps) {
    this.#deps = deps;
  }

  /** Looks up new purchases' orders: the platform says what each is for, as on a parcel's label. */
  async noteNew(): Promise<void> {
    const { api, ledger, world, story } = this.#deps;
    for (; this.#seen < ledger.purchases.length; this.#seen += 1) {
      const purchase = ledger.purchases[this.#seen];
      if (purchase === undefined) continue;
      const order = await api
        .get(`/v1/orders/${purchase.clientReference}`, orderWithHistorySchema)
        .catch(() => null);
      const place = order === null ? undefined : world.places.get(order.consumableId);
      if (order === null || place === undefined || place.slot.kind.product.sku !== purchase.sku) {
        this.strays.push(purchase.reference);
        continue;
      }
      this.all.push({
        purchase,
        number: this.#seen,
        place,
        fillings: purchase.quantity * place.slot.kind.product.packSize,
        announcedAt: order.announcedAt?.getTime() ?? null,
        handedOver: false,
      });
      story.tell(
        'purchase',
        `${place.customer.plan.name}: ${order.productName} bought for ${formatMoney({ minor: purchase.totalMinor, currency: purchase.currency })}, arrives ${purchase.arrivesFrom} to ${purchase.arrivesTo}.`,
      );
    }
  }

  handOver(): void {
    for (const parcel of this.all) {
      const { purchase, place, fillings, handedOver } = parcel;
      if (handedOver || purchase.status !== 'delivered') continue;
      place.slot.receive(purchase.clientReference, purchase.deliversAt, fillings);
      parcel.handedOver = true;
      const left = Math.round(place.slot.level * 100);
      this.#deps.story.tell(
        'delivery',
        `${place.customer.plan.name}: ${place.slot.kind.name} delivered with ${left} % left in the device.`,
      );
    }
  }
}
