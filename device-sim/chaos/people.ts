import { withdrawnConsentSchema } from '../../contracts/http/consents.ts';
import { orderSchema, ordersPage } from '../../contracts/http/orders.ts';
import { type Chance, chanceOf } from '../backtest/chance.ts';
import type { ApiClient } from '../demo/api-client.ts';
import { type ChaosCustomer, type ChaosWorld, grant } from './world.ts';

/** Of what there is to do in one round, the share that is done. */
const WITHDRAWS_SHARE = 0.25;
const CANCELS_SHARE = 0.03;
const APPROVES_SHARE = 0.8;
const ORDERS_A_ROUND = 60;
const AT_ONCE = 8;

/** What customers do in a storm: cancel, take back their consent and give it anew, answer what they are asked. */
export class ChaosPeople {
  readonly #api: ApiClient;
  readonly #world: ChaosWorld;
  readonly #chance: Chance;
  #without: ChaosCustomer[] = [];
  readonly did = { withdrew: 0, consented: 0, cancelled: 0, approved: 0, declined: 0 };

  constructor(api: ApiClient, world: ChaosWorld, seed: number) {
    this.#api = api;
    this.#world = world;
    this.#chance = chanceOf(seed, 'people');
  }

  /** One round. The API may be away or say that it is too late: then nothing was done. */
  async act(): Promise<void> {
    await this.#try(() => this.#consent());
    await this.#try(() => this.#withdraw());
    await this.#try(() => this.#cancel());
    await this.#try(() => this.#answer());
  }

  /** Everybody who took it back consents again: for the quiet after the storm. */
  async #consent(): Promise<void> {
    const [customer] = this.#without;
    if (customer === undefined) return;
    await grant(this.#api, customer, this.#world.productIds);
    this.#without.shift();
    this.did.consented += 1;
  }

  async #withdraw(): Promise<void> {
    if (this.#chance.uniform() > WITHDRAWS_SHARE) return;
    const { customers } = this.#world;
    const customer = customers[this.#chance.integer([0, customers.length - 1])];
    const consentId = customer?.consentId ?? null;
    if (customer === undefined || consentId === null) return;
    await this.#api.post(`/v1/consents/${consentId}/withdraw`, {}, withdrawnConsentSchema);
    customer.consentId = null;
    this.#without.push(customer);
    this.did.withdrew += 1;
  }

  async #cancel(): Promise<void> {
    const { items } = await this.#api.get(`/v1/orders?status=announced&limit=${ORDERS_A_ROUND}`, ordersPage);
    const cancelled = items.filter(() => this.#chance.uniform() <= CANCELS_SHARE);
    await this.#each(cancelled, async ({ id }) => {
      await this.#api.post(`/v1/orders/${id}/cancel`, {}, orderSchema);
      this.did.cancelled += 1;
    });
  }

  async #answer(): Promise<void> {
    const { items } = await this.#api.get(`/v1/orders?status=proposed&limit=${ORDERS_A_ROUND}`, ordersPage);
    const answers = items.map(({ id }) => ({ id, approves: this.#chance.uniform() < APPROVES_SHARE }));
    await this.#each(answers, async ({ id, approves }) => {
      await this.#api.post(`/v1/orders/${id}/${approves ? 'approve' : 'decline'}`, {}, orderSchema);
      this.did[approves ? 'approved' : 'declined'] += 1;
    });
  }

  /** Several at the same time, as people are. */
  async #each<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
    for (let i = 0; i < items.length; i += AT_ONCE) {
      await Promise.all(items.slice(i, i + AT_ONCE).map((item) => this.#try(() => act(item))));
    }
  }

  async #try(act: () => Promise<void>): Promise<void> {
    await act().catch(() => undefined);
  }
}
