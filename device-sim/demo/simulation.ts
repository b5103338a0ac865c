import { HOUR_MS, type Instant } from '../../core/types.ts';
import type { ManualClock } from '../../platform/clock.ts';
import { QUARTER_MS } from '../fleet/habits.ts';
import type { SimulatedMerchant } from '../merchant/build-merchant.ts';
import type { ConnectedDevice } from './connected-device.ts';
import { type Misdeed, STEPS_PER_DAY } from './misdeeds.ts';
import type { Parcels } from './parcels.ts';
import type { People } from './people.ts';
import type { Staff } from './staff.ts';
import type { Story } from './story.ts';
import { isAway, type World } from './world.ts';
import type { WorldPlan } from './world-plan.ts';

export interface SimulationDeps {
  readonly clock: ManualClock;
  readonly plan: WorldPlan;
  readonly world: World;
  readonly merchant: SimulatedMerchant;
  readonly parcels: Parcels;
  readonly people: People;
  readonly staff: Staff;
  readonly story: Story;
  /** Lets the platform do everything that is due. */
  readonly drain: () => Promise<void>;
}

/** A merchant that does not answer is asked again for longer than this; then the books tell of it. */
const SETTLE_WITHIN_HOURS = 48;

/** The world and the platform in lock-step: nobody is ever ahead of the shared clock. */
export class Simulation {
  readonly #deps: SimulationDeps;
  readonly #byName: ReadonlyMap<string, ConnectedDevice>;
  readonly #misdeeds: Misdeed[];
  readonly #outages: { readonly device: ConnectedDevice; readonly until: number }[] = [];

  constructor(deps: SimulationDeps) {
    this.#deps = deps;
    this.#byName = new Map(deps.world.devices.map((device) => [device.device.plan.name, device]));
    this.#misdeeds = deps.plan.misdeeds.toSorted((a, b) => a.step - b.step);
  }

  /** Runs until the last day, or until `stopped` says so between two steps. */
  async run(stopped: () => boolean, afterStep: (step: number) => Promise<void>): Promise<void> {
    const { plan } = this.#deps;
    const steps = plan.days * STEPS_PER_DAY;
    for (let step = 0; step < steps && !stopped(); step += 1) {
      await this.step(step);
      await afterStep(step + 1);
    }
    for (const { device } of this.#outages.splice(0)) await device.replug();
    await this.settle();
  }

  /** A quarter of a day, with what goes wrong in it. */
  async step(step: number): Promise<void> {
    const { clock, plan } = this.#deps;
    const from = plan.start + step * QUARTER_MS;
    const to = from + QUARTER_MS;
    clock.advanceTo(to);
    await this.#endOutages(step);
    await this.live(from, to, () => this.#misbehave(step, to));
  }

  /** Parcels arrive, devices live and report, the platform decides, people answer. The clock stands at `to`. */
  async live(from: Instant, to: Instant, meanwhile?: () => Promise<void>): Promise<void> {
    const { world, merchant, parcels, people, staff, drain } = this.#deps;
    await merchant.advance(to);
    parcels.handOver();
    await Promise.all(
      world.devices.map((device) => device.live(from, to, isAway(device.customer, (from + to) / 2))),
    );
    this.#tellStockouts(from, to);
    await meanwhile?.();
    await drain();
    await parcels.noteNew();
    const looked = await staff.act();
    if ((await people.act(to)) || looked) {
      await drain();
      await parcels.noteNew();
    }
  }

  /** Goes on, without new readings, until no order is in the air between platform and merchant. */
  async settle(): Promise<void> {
    const { clock, merchant, parcels, drain, people } = this.#deps;
    for (let hour = 0; hour <= SETTLE_WITHIN_HOURS; hour += 1) {
      if (hour > 0) clock.advanceTo(clock.now() + HOUR_MS);
      await merchant.advance(clock.now());
      await drain();
      await parcels.noteNew();
      parcels.handOver();
      if (merchant.webhooks.waiting === 0 && !(await people.anyOrderIsPlacing())) return;
    }
  }

  async #endOutages(step: number): Promise<void> {
    const ended = this.#outages.filter(({ until }) => until <= step);
    for (const outage of ended) {
      this.#outages.splice(this.#outages.indexOf(outage), 1);
      await outage.device.replug();
    }
  }

  /** What a device cannot do now, because it is offline, it does in the next step. */
  async #misbehave(step: number, now: Instant): Promise<void> {
    const { story } = this.#deps;
    const due = this.#misdeeds.filter((misdeed) => misdeed.step <= step);
    for (const misdeed of due) {
      const device = this.#byName.get(misdeed.device);
      if (device === undefined) continue;
      if (misdeed.kind === 'outage') {
        if (!(await this.#startOutage(device, step + misdeed.outageSteps))) continue;
        story.tell(
          'outage',
          `${misdeed.device} loses its connection; it keeps its readings and sends them later.`,
        );
      } else {
        if (!(await device.misbehave(misdeed.kind, now, this.#strangerTo(device)))) continue;
        story.tell('fault', `${misdeed.device} does wrong (${misdeed.kind}); it is refused and counted.`);
      }
      this.#misdeeds.splice(this.#misdeeds.indexOf(misdeed), 1);
    }
  }

  async #startOutage(device: ConnectedDevice, until: number): Promise<boolean> {
    if (this.#outages.some((outage) => outage.device === device)) return false;
    await device.unplug();
    this.#outages.push({ device, until });
    return true;
  }

  /** Some other device's id; with only one device, that of nobody. */
  #strangerTo(device: ConnectedDevice): string {
    const other = this.#deps.world.devices.find((candidate) => candidate !== device);
    return other?.id ?? '00000000-0000-0000-0000-000000000000';
  }

  #tellStockouts(from: Instant, to: Instant): void {
    for (const { customer, slot } of this.#deps.world.places.values()) {
      const dry = slot.stockouts.at(-1);
      if (dry === undefined || dry < from || dry >= to) continue;
      this.#deps.story.tell(
        'stockout',
        `${customer.plan.name}: ${slot.kind.name} ran dry with no spare there.`,
      );
    }
  }
}
