import { type DeviceEvent, topicOf } from '../../contracts/mqtt.ts';
import type { Instant } from '../../core/types.ts';
import type { Link } from '../fleet/link.ts';
import type { SimDevice } from '../fleet/sim-device.ts';
import { DeviceBook, messageKey } from './device-book.ts';
import { badTelemetry, type MisdeedKind } from './misdeeds.ts';
import type { Customer } from './world.ts';

export interface ConnectedDeviceOptions {
  readonly device: SimDevice;
  readonly customer: Customer;
  readonly id: string;
  readonly link: Link;
}

/** A true device with its connection and its own record of what it sent. */
export class ConnectedDevice {
  readonly device: SimDevice;
  readonly customer: Customer;
  readonly id: string;
  readonly book = new DeviceBook();
  readonly #link: Link;
  /** What is kept while the connection is down, in order. */
  readonly #kept: (() => Promise<void>)[] = [];
  #lastPayload: string | null = null;
  #offline = false;

  constructor({ device, customer, id, link }: ConnectedDeviceOptions) {
    this.device = device;
    this.customer = customer;
    this.id = id;
    this.#link = link;
  }

  open(): Promise<void> {
    return this.#link.open();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Lives through the step and reports at its end. */
  async live(from: Instant, to: Instant, absent: boolean): Promise<void> {
    const swapped = this.device.live(from, to, absent);
    const late = this.#offline;
    const told = this.device.plan.notifiesSwap ? swapped : [];
    const events = told.map((slot) => this.device.replaced(slot, to, late));
    const payload = this.#note(this.#link.stamp(this.device.telemetry(to, late)));
    const messages = [...events.map((event) => () => this.#sendEvent(event)), () => this.#send(payload)];
    if (late) this.#kept.push(...messages);
    else for (const send of messages) await send();
  }

  async #sendEvent(event: DeviceEvent): Promise<void> {
    const id = `${messageKey(event.at, event.seq)} ${event.type}`;
    this.book.events.add(id);
    await this.#link.publish('event', JSON.stringify(event));
    this.book.acknowledgedEvents.add(id);
  }

  #note(telemetry: { readonly at: string; readonly seq: number }): string {
    this.book.sent.add(messageKey(telemetry.at, telemetry.seq));
    return JSON.stringify(telemetry);
  }

  async #send(payload: string): Promise<void> {
    const { at, seq } = JSON.parse(payload) as { at: string; seq: number };
    await this.#link.publish('telemetry', payload);
    this.book.acknowledged.add(messageKey(at, seq));
    this.#lastPayload = payload;
  }

  /** The plug is pulled: what happens is kept in the device's memory. */
  async unplug(): Promise<void> {
    this.#offline = true;
    await this.#link.drop();
  }

  /** Back again: what was kept is sent as historical, in order. */
  async replug(): Promise<void> {
    await this.#link.open();
    this.#offline = false;
    for (const send of this.#kept.splice(0)) await send();
  }

  /** Does one wrong thing and notes the refusals it must lead to. Returns false while it cannot. */
  async misbehave(kind: MisdeedKind, now: Instant, stranger: string): Promise<boolean> {
    if (this.#offline) return false;
    const bad = badTelemetry(kind, this.device, now);
    if (bad !== null) {
      await this.#link.publish('telemetry', bad);
      this.book.expectRefusal(kind, 1);
      return true;
    }
    if (kind === 'duplicate') return this.#resend();
    await this.#link.close();
    const payload = JSON.stringify(this.device.telemetry(now));
    const taken = await this.#link.trespass(topicOf(stranger, 'telemetry'), payload);
    if (!taken) this.book.expectRefusal(kind, 1);
    await this.#link.open();
    return true;
  }

  /** As after a lost PUBACK: reconnects and sends the last message again, byte by byte. */
  async #resend(): Promise<boolean> {
    if (this.#lastPayload === null) return false;
    await this.#link.drop();
    await this.#link.open();
    await this.#link.publish('telemetry', this.#lastPayload);
    this.book.expectRefusal('duplicate', this.device.slots.length);
    return true;
  }
}
