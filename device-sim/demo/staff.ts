import { reviewDecisionsSchema, reviewPage, reviewSettingsSchema } from '../../contracts/http/review.ts';
import type { ApiClient } from './api-client.ts';
import type { Story } from './story.ts';

/** The one that they decline: not the very first, so that both can be watched. */
const DECLINES_NTH = 2;
/** Short enough that the story goes on within the days of a demo. */
const PAUSE_DAYS = 1;

/** The people of the installation: they look at what waits for them, approve it, and once they do not. */
export class Staff {
  readonly #api: ApiClient;
  readonly #story: Story;
  #looked = 0;
  readonly decided = { approved: 0, declined: 0 };
  /** Orders that must not be bought any more. */
  readonly declinedOrders: string[] = [];

  constructor(api: ApiClient, story: Story) {
    this.#api = api;
    this.#story = story;
  }

  async prepare(): Promise<void> {
    await this.#api.put('/v1/review/settings', { pauseDays: PAUSE_DAYS }, reviewSettingsSchema);
  }

  /** Decides about everything that waits; true when there was anything. */
  async act(): Promise<boolean> {
    const { items } = await this.#api.get('/v1/review?limit=200', reviewPage);
    // By name, not by id: ids differ from run to run, the story must not.
    const named = ({ order }: (typeof items)[number]) =>
      `${order.customerName} ${order.deviceName} ${order.consumableName}`;
    for (const { orderId, order, flags } of items.toSorted((a, b) => (named(a) < named(b) ? -1 : 1))) {
      this.#looked += 1;
      const declines = this.#looked === DECLINES_NTH;
      const verdict = declines ? 'decline' : 'approve';
      const reason = declines ? 'We want to hear from the customer first.' : null;
      const body = { orderIds: [orderId], verdict, reason };
      const { results } = await this.#api.post('/v1/review/decisions', body, reviewDecisionsSchema);
      const outcome = results[0]?.outcome;
      if (outcome === 'approved' || outcome === 'declined') this.decided[outcome] += 1;
      if (outcome === 'declined') this.declinedOrders.push(orderId);
      const why = flags.map((flag) => flag.reason).join(' ');
      this.#story.tell(
        `review-${verdict}`,
        `The staff look at ${order.productName} for ${order.customerName} (${why}) and ${verdict} it.`,
      );
    }
    return items.length > 0;
  }
}
