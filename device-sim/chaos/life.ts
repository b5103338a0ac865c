import { setTimeout as wait } from 'node:timers/promises';
import type { Instant } from '../../core/types.ts';
import type { Stage } from './stage.ts';

const TICK_MS = 50;
/** Simulated time between two reports of a device. */
const REPORT_EVERY_MS = 6 * 3_600_000;

/** What goes on by itself: devices use up and report, the merchant ships and delivers, parcels are unpacked. */
export class Life {
  readonly #stage: Stage;
  readonly #reportedAt = new Map<string, Instant>();
  readonly #unpacked = new Set<string>();
  readonly #reports = new Set<Promise<void>>();
  #running: Promise<void> | null = null;
  #stopped = false;
  /** Devices use nothing any more. */
  resting = false;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends it, with every report acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.reported();
  }

  async reported(): Promise<void> {
    while (this.#reports.size > 0) await Promise.all(this.#reports);
  }

  async #run(): Promise<void> {
    const { clock, merchant } = this.#stage;
    while (!this.#stopped) {
      const now = clock.now();
      this.#liveDevices(now);
      await merchant.advance(now);
      await this.#unpack();
      await wait(TICK_MS);
    }
  }

  #liveDevices(now: Instant): void {
    for (const device of this.#stage.devices) {
      device.live(now, this.resting);
      const last = this.#reportedAt.get(device.account.id) ?? 0;
      if (device.isSending || now - last < REPORT_EVERY_MS) continue;
      this.#reportedAt.set(device.account.id, now);
      const report = device.report(now).finally(() => this.#reports.delete(report));
      this.#reports.add(report);
    }
  }

  async #unpack(): Promise<void> {
    const { merchant, postgres, devices } = this.#stage;
    const arrived = merchant.ledger.purchases.filter(
      ({ status, reference }) => status === 'delivered' && !this.#unpacked.has(reference),
    );
    if (arrived.length === 0) return;
    const rows = await postgres.rows<{ id: string; consumableId: string; fillings: number }>(
      `SELECT id, consumable_id AS "consumableId", fillings FROM "order" WHERE id = ANY ($1::uuid[])`,
      [arrived.map(({ clientReference }) => clientReference)],
    );
    const orders = new Map(rows.map((row) => [row.id, row]));
    for (const { reference, clientReference } of arrived) {
      this.#unpacked.add(reference);
      const order = orders.get(clientReference);
      if (order === undefined) continue;
      for (const device of devices) device.receive(order.consumableId, order.fillings);
    }
  }
}
