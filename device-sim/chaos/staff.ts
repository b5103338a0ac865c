import { haltSchema, haltsPage } from '../../contracts/http/halts.ts';
import { reviewDecisionsSchema, reviewPage, reviewSettingsSchema } from '../../contracts/http/review.ts';
import { type Chance, chanceOf } from '../backtest/chance.ts';
import type { ApiClient } from '../demo/api-client.ts';

const DECLINES_SHARE = 0.03;
const ITEMS_A_ROUND = 100;

/** The people of the installation: they look at what waits for them, and lift what the breaker tripped. */
export class ChaosStaff {
  readonly #api: ApiClient;
  readonly #chance: Chance;
  readonly did = { approvedReviews: 0, declinedReviews: 0, liftedHalts: 0 };

  constructor(api: ApiClient, seed: number) {
    this.#api = api;
    this.#chance = chanceOf(seed, 'staff');
  }

  async prepare(): Promise<void> {
    // After a declined order the next one comes as soon as it is due: time is short here.
    await this.#api.put('/v1/review/settings', { pauseDays: 0 }, reviewSettingsSchema);
  }

  /** One round; the API may be away, then nothing was done. */
  async act(): Promise<void> {
    await this.#review().catch(() => undefined);
    await this.#lift().catch(() => undefined);
  }

  async #review(): Promise<void> {
    const { items } = await this.#api.get(`/v1/review?limit=${ITEMS_A_ROUND}`, reviewPage);
    const declined = new Set(
      items.filter(() => this.#chance.uniform() < DECLINES_SHARE).map(({ orderId }) => orderId),
    );
    const approved = items.map(({ orderId }) => orderId).filter((id) => !declined.has(id));
    await this.#decide(approved, 'approve');
    await this.#decide([...declined], 'decline');
    this.did.approvedReviews += approved.length;
    this.did.declinedReviews += declined.size;
  }

  async #decide(orderIds: readonly string[], verdict: 'approve' | 'decline'): Promise<void> {
    if (orderIds.length === 0) return;
    const reason = verdict === 'decline' ? 'Not this one.' : null;
    await this.#api.post('/v1/review/decisions', { orderIds, verdict, reason }, reviewDecisionsSchema);
  }

  async #lift(): Promise<void> {
    const { items } = await this.#api.get('/v1/halts?inForce=true&limit=100', haltsPage);
    for (const { id } of items) {
      await this.#api.post(`/v1/halts/${id}/lift`, {}, haltSchema);
      this.did.liftedHalts += 1;
    }
  }
}
