import { withdrawnConsentSchema } from '../../contracts/http/consents.ts';
import { orderSchema, ordersPage } from '../../contracts/http/orders.ts';
import { DAY_MS, type Instant } from '../../core/types.ts';
import type { ApiClient } from './api-client.ts';
import { tellHold } from './register-world.ts';
import { termsOf } from './roles.ts';
import type { Story } from './story.ts';
import { type Customer, isAway, type World } from './world.ts';

export interface PeopleDeps {
  readonly api: ApiClient;
  readonly world: World;
  readonly story: Story;
  readonly start: Instant;
  readonly days: number;
  /** Purchases in the merchant's books so far. */
  readonly purchases: () => number;
}

/** Consents are taken back after this share of the period, so that orders came before. */
const WITHDRAW_AFTER_SHARE = 0.4;

/** What the customers of the world do through the portal's API. */
export class People {
  readonly #deps: PeopleDeps;
  readonly #byId: ReadonlyMap<string, Customer>;
  /** Announced orders that a withdrawal must have cancelled. */
  readonly cancelledByWithdrawal: string[] = [];

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
    this.#byId = new Map(deps.world.customers.map((customer) => [customer.id, customer]));
  }

  /** Everybody who is at home does what there is to do; true when somebody did something. */
  async act(now: Instant): Promise<boolean> {
    const told = await this.#tellHolds(now);
    const answered = await this.#answerProposals(now);
    const withdrew = await this.#withdraw(now);
    return told || answered || withdrew;
  }

  /** Whether the platform does not yet know what became of a purchase. */
  async anyOrderIsPlacing(): Promise<boolean> {
    const { items } = await this.#deps.api.get('/v1/orders?status=placing&limit=1', ordersPage);
    return items.length > 0;
  }

  async #tellHolds(now: Instant): Promise<boolean> {
    const { api, world, start, story, purchases } = this.#deps;
    let acted = false;
    for (const customer of world.customers) {
      for (const hold of customer.plan.holds) {
        const due = start + hold.toldOnDay * DAY_MS <= now;
        if (!due || customer.toldHolds.some((told) => told.hold === hold)) continue;
        await tellHold(api, customer, hold, purchases());
        story.tell('hold', `${customer.plan.name} goes away from ${hold.from} to ${hold.to} and says so.`);
        acted = true;
      }
    }
    return acted;
  }

  async #answerProposals(now: Instant): Promise<boolean> {
    const { api, story } = this.#deps;
    const { items } = await api.get('/v1/orders?status=proposed&limit=200', ordersPage);
    let acted = false;
    // By name, not by id: ids differ from run to run, the story must not.
    const named = ({ customerId, deviceName, consumableName }: (typeof items)[number]) =>
      `${this.#byId.get(customerId)?.plan.name} ${deviceName} ${consumableName}`;
    for (const order of items.toSorted((a, b) => (named(a) < named(b) ? -1 : 1))) {
      const customer = this.#byId.get(order.customerId);
      if (customer === undefined || isAway(customer, now)) continue;
      const { answers } = termsOf(customer.plan.role);
      if (answers === 'none') continue;
      const declines = answers === 'declines-first' && customer.declined === 0;
      if (declines) customer.declined += 1;
      else customer.approved.add(order.id);
      await api.post(`/v1/orders/${order.id}/${declines ? 'decline' : 'approve'}`, {}, orderSchema);
      const verb = declines ? 'declines' : 'approves';
      story.tell(verb, `${customer.plan.name} ${verb} ${order.productName} with one tap.`);
      acted = true;
    }
    return acted;
  }

  async #withdraw(now: Instant): Promise<boolean> {
    const { api, world, start, days, story, purchases } = this.#deps;
    if (now < start + WITHDRAW_AFTER_SHARE * days * DAY_MS) return false;
    let acted = false;
    for (const { id, plan, consent } of world.customers) {
      if (!termsOf(plan.role).withdraws || consent === null || consent.withdrawn !== null) continue;
      const open = await api.get(`/v1/orders?status=announced&customerId=${id}`, ordersPage);
      if (open.items.length === 0) continue;
      consent.withdrawn = { at: now, afterPurchase: purchases() };
      const answer = await api.post(`/v1/consents/${consent.id}/withdraw`, {}, withdrawnConsentSchema);
      this.cancelledByWithdrawal.push(...open.items.map((order) => order.id));
      story.tell(
        'withdraws',
        `${plan.name} takes the consent back; ${answer.cancelledOrderIds.length} announced order is cancelled at once.`,
      );
      acted = true;
    }
    return acted;
  }
}
