import { setTimeout as wait } from 'node:timers/promises';
import { type Chance, chanceOf } from '../backtest/chance.ts';
import type { Conductor } from './conductor.ts';
import { KILL_POINTS } from './kill-points.ts';
import type { ChaosSettings } from './settings.ts';
import type { Stage } from './stage.ts';
import { GOODS } from './world.ts';

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 50;
/** A point that nobody comes to is not waited for longer. */
const STRIKE_WITHIN_MS = 1_500;
const RANDOM_SHARE = 0.3;
/** Simulated hours. */
const MAIL_DOWN_HOURS = [12, 27] as const;
const MAIL_UP_HOURS = [24, 48] as const;
const PRICE_EVERY_HOURS = 18;
const PRICE_FACTOR = [0.85, 1.35] as const;
const SKEW_EVERY_MS = 6_000;
const SKEW_HOURS = [-6, 6] as const;
const JUMP_EVERY_MS = 40_000;
const JUMP_HOURS = 36;
const SCALE_EVERY_MS = 20_000;
const RULES_RANGE = [2, 4] as const;
const RULES_STANDING = 2;

/** Everything that can go wrong, by seed, all at once, until the storm is over. */
export class Storm {
  readonly #stage: Stage;
  readonly #settings: ChaosSettings;
  readonly #conductor: Conductor;
  readonly #end = new AbortController();
  /** How long it has blown, real milliseconds. */
  blownMs = 0;
  readonly did = {
    cuts: 0,
    connectionsCut: 0,
    restarts: 0,
    crashes: 0,
    skews: 0,
    jumps: 0,
    mailOutages: 0,
    prices: 0,
  };

  constructor(stage: Stage, settings: ChaosSettings, conductor: Conductor) {
    this.#stage = stage;
    this.#settings = settings;
    this.#conductor = conductor;
  }

  /** Blows for the time of the settings; everything that lasts is undone when it returns. */
  async blow(): Promise<void> {
    const { cutEveryMs, restartEveryMs } = this.#settings;
    await Promise.all([
      this.#last(),
      this.#kills(),
      this.#every('cut', cutEveryMs, (chance) => this.#cut(chance)),
      this.#every('restart', restartEveryMs, (chance) => this.#restart(chance)),
      this.#prices(),
      this.#every('skew', SKEW_EVERY_MS, (chance) => this.#skew(chance)),
      this.#every('jump', JUMP_EVERY_MS, () => this.#jump()),
      this.#every('scale', SCALE_EVERY_MS, (chance) => this.#scale(chance)),
      this.#mail(),
    ]);
    await this.#calm();
  }

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  async #last(): Promise<void> {
    const { stormMs, longestMs, atLeast } = this.#settings;
    const start = performance.now();
    const isEnough = (): boolean =>
      this.#stage.merchant.ledger.purchases.length >= atLeast.purchases &&
      this.#stage.workers.kills >= atLeast.kills &&
      this.did.restarts + this.did.crashes >= atLeast.restarts &&
      this.#stage.relay.forgeriesRefused >= atLeast.forgeries;
    for (;;) {
      await wait(LOOK_EVERY_MS);
      const blown = performance.now() - start;
      this.blownMs = blown;
      if (blown >= stormMs && (isEnough() || blown >= longestMs)) break;
    }
    this.#end.abort();
  }

  /** As the platform gets on: a machine that is slow today is not struck more often for it. */
  async #pause(ms: number): Promise<void> {
    const until = this.#conductor.passedMs + ms;
    while (!this.isOver && this.#conductor.passedMs < until) await wait(LOOK_EVERY_MS);
  }

  /** Of simulated time. */
  async #pass(hours: number): Promise<void> {
    const { clock } = this.#stage;
    const until = clock.now() + hours * HOUR_MS;
    while (!this.isOver && clock.now() < until) await wait(LOOK_EVERY_MS);
  }

  async #prices(): Promise<void> {
    const chance = chanceOf(this.#settings.seed, 'storm', 'price');
    while (!this.isOver) {
      await this.#pass(PRICE_EVERY_HOURS * (0.5 + chance.uniform()));
      if (!this.isOver) this.#price(chance);
    }
  }

  async #every(name: string, everyMs: number, act: (chance: Chance) => Promise<void> | void): Promise<void> {
    const chance = chanceOf(this.#settings.seed, 'storm', name);
    for (;;) {
      await this.#pause(everyMs * (0.5 + chance.uniform()));
      if (this.isOver) return;
      await act(chance);
    }
  }

  /** Each point in turn, so that all are struck, and now and then anybody at any time. */
  async #kills(): Promise<void> {
    const { killPoints, workers } = this.#stage;
    const chance = chanceOf(this.#settings.seed, 'storm', 'kill');
    let next = chance.integer([0, KILL_POINTS.length - 1]);
    for (;;) {
      await this.#pause(this.#settings.killEveryMs * (0.4 + 0.8 * chance.uniform()));
      await this.#standing();
      if (this.isOver) return;
      const point = KILL_POINTS[next % KILL_POINTS.length];
      const anybody = chance.uniform() < RANDOM_SHARE;
      if (!anybody && point !== undefined) {
        next += 1;
        if (await killPoints.strike(point, STRIKE_WITHIN_MS)) continue;
      }
      if (this.isOver) return;
      const names = [
        ...workers.namesOf('rules'),
        ...workers.namesOf('rules'),
        ...workers.namesOf('broker'),
        ...workers.namesOf('api'),
      ];
      const name = names[chance.integer([0, names.length - 1])];
      if (name !== undefined) killPoints.random(name);
    }
  }

  /** Somebody must be there to be killed: on a slow machine the next kill waits for the last one's successor. */
  async #standing(): Promise<void> {
    const { workers } = this.#stage;
    const isUp = (name: string): boolean => workers.isUp(name);
    while (!this.isOver) {
      const others = [...workers.namesOf('broker'), ...workers.namesOf('api')];
      if (workers.namesOf('rules').filter(isUp).length >= RULES_STANDING && others.every(isUp)) return;
      await wait(LOOK_EVERY_MS);
    }
  }

  async #cut(chance: Chance): Promise<void> {
    this.did.connectionsCut += await this.#stage.postgres.cut(0.3 + 0.7 * chance.uniform());
    this.did.cuts += 1;
  }

  async #restart(chance: Chance): Promise<void> {
    const mode = chance.uniform() < 0.5 ? 'fast' : 'immediate';
    await this.#stage.postgres.restart(mode);
    this.did[mode === 'fast' ? 'restarts' : 'crashes'] += 1;
  }

  #price(chance: Chance): void {
    const { ledger } = this.#stage.merchant;
    const item = GOODS[chance.integer([0, GOODS.length - 1])];
    if (item === undefined) return;
    ledger.setPrice(item.sku, Math.round(item.unitPriceMinor * chance.between(PRICE_FACTOR)));
    ledger.setAvailable(item.sku, chance.uniform() > 0.15);
    this.did.prices += 1;
  }

  #skew(chance: Chance): void {
    const { workers } = this.#stage;
    const names = workers.namesOf('rules');
    const name = names[chance.integer([0, names.length - 1])];
    if (name === undefined) return;
    workers.skew(name, Math.round(chance.between(SKEW_HOURS) * HOUR_MS));
    this.did.skews += 1;
  }

  #jump(): void {
    this.#stage.workers.advance(JUMP_HOURS * HOUR_MS);
    this.did.jumps += 1;
  }

  async #scale(chance: Chance): Promise<void> {
    const { workers } = this.#stage;
    const wanted = chance.integer(RULES_RANGE);
    const names = workers.namesOf('rules');
    for (let n = names.length; n < wanted; n += 1) await workers.start('rules');
    const [surplus] = names;
    if (names.length > wanted && surplus !== undefined) await workers.retire(surplus);
  }

  async #mail(): Promise<void> {
    const { smtp } = this.#stage;
    const chance = chanceOf(this.#settings.seed, 'storm', 'mail');
    while (!this.isOver) {
      await this.#pass(chance.integer(MAIL_UP_HOURS));
      if (this.isOver) return;
      smtp.down = true;
      this.did.mailOutages += 1;
      await this.#pass(chance.integer(MAIL_DOWN_HOURS));
      smtp.down = false;
    }
  }

  async #calm(): Promise<void> {
    const { dice, smtp, workers, merchant } = this.#stage;
    dice.calm = true;
    smtp.down = false;
    for (const { sku } of GOODS) merchant.ledger.setAvailable(sku, true);
    await workers.allReady();
    for (const name of workers.namesOf('rules')) workers.skew(name, 0);
  }
}
