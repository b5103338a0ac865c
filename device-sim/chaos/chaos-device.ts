import type { Telemetry } from '../../contracts/mqtt.ts';
import { DAY_MS, type Instant } from '../../core/types.ts';
import { type Chance, chanceOf } from '../backtest/chance.ts';
import { NotAcknowledged } from '../client/device-client.ts';
import { DeviceLink } from '../fleet/device-link.ts';
import type { ChaosDeviceAccount, SlotKey } from './world.ts';

interface Slot {
  readonly key: SlotKey;
  readonly consumableId: string;
  readonly perDay: number;
  level: number;
  shelf: number;
}

const PER_DAY = [0.12, 0.3] as const;
const FIRST_LEVEL = [0.1, 1] as const;
/** Replaced when so little is left. */
const EMPTY = 0.015;

export const readingKey = ({ at, seq }: { readonly at: Instant; readonly seq: number }): string =>
  `${at} ${seq}`;

/** A printer that uses its cartridges up fast, puts in what was delivered, and reports over real MQTT. */
export class ChaosDevice {
  readonly account: ChaosDeviceAccount;
  readonly #slots: readonly Slot[];
  readonly #link: DeviceLink;
  readonly #gauge: Chance;
  #lived: Instant;
  #seq = 0;
  #sending = false;
  #closed = false;
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();

  constructor(
    account: ChaosDeviceAccount,
    options: { readonly port: number; readonly seed: number; readonly now: Instant },
  ) {
    this.account = account;
    this.#lived = options.now;
    this.#link = new DeviceLink({
      host: '127.0.0.1',
      port: options.port,
      deviceId: account.id,
      secret: account.secret,
    });
    this.#gauge = chanceOf(options.seed, 'gauge', account.id);
    this.#slots = [...account.consumables].map(([key, consumableId]) => ({
      key,
      consumableId,
      perDay: this.#gauge.between(PER_DAY),
      level: this.#gauge.between(FIRST_LEVEL),
      shelf: 0,
    }));
  }

  open(): Promise<void> {
    return this.#link.open();
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#link.close();
  }

  get isSending(): boolean {
    return this.#sending;
  }

  /** A parcel arrived. */
  receive(consumableId: string, fillings: number): void {
    const slot = this.#slots.find((one) => one.consumableId === consumableId);
    if (slot !== undefined) slot.shelf += fillings;
  }

  /** Lives until `now`; `rests`: without using anything. */
  live(now: Instant, rests: boolean): void {
    const days = Math.max(0, now - this.#lived) / DAY_MS;
    this.#lived = Math.max(now, this.#lived);
    for (const slot of this.#slots) {
      if (!rests) slot.level = Math.max(0, slot.level - slot.perDay * days);
      if (slot.level > EMPTY || slot.shelf < 1) continue;
      slot.shelf -= 1;
      slot.level = 1;
    }
  }

  /** Reports, unless the last report is still on its way; resolves with the PUBACK. */
  async report(now: Instant): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    this.#seq += 1;
    const consumables = Object.fromEntries(
      this.#slots.map(({ key, level }) => [key, { level: Math.round(level * 100) / 100 }]),
    );
    const telemetry: Telemetry = { v: 1, at: new Date(now).toISOString(), seq: this.#seq, consumables };
    const key = readingKey({ at: now, seq: this.#seq });
    this.sent.add(key);
    // As a real device: kept and sent again, as it was, for as long as it takes.
    while (!this.#closed) {
      try {
        await this.#link.publish('telemetry', JSON.stringify(telemetry));
        this.acknowledged.add(key);
        break;
      } catch (error) {
        if (!(error instanceof NotAcknowledged)) throw error;
      }
    }
    this.#sending = false;
  }
}
