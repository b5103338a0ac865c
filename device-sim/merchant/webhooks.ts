import { Webhook } from 'standardwebhooks';
import type { MerchantWebhook } from '../../contracts/merchant.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Purchase, toMerchantOrder } from './purchase.ts';

export interface WebhookTarget {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
}

interface Message {
  readonly id: string;
  readonly body: string;
}

/** Attempts within one `flush`; what still fails waits for the next one, in its order. */
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 50;

/** Sends the merchant's news, signed after Standard Webhooks, in order and again until taken. */
export class WebhookSender {
  readonly #clock: Clock;
  readonly #queue: Message[] = [];
  #target: WebhookTarget | null = null;
  /** Answers so far, by status code; 0: no answer. */
  readonly answers = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  subscribe(target: WebhookTarget): void {
    this.#target = target;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  add(purchase: Purchase): void {
    const event: MerchantWebhook = {
      type: `order.${purchase.status}`,
      timestamp: new Date(purchase.updatedAt).toISOString(),
      data: toMerchantOrder(purchase),
    };
    // One id per event: a repeated delivery can be told from a new one.
    this.#queue.push({ id: `msg_${purchase.reference}_${purchase.status}`, body: JSON.stringify(event) });
  }

  /** Sends what waits; returns when all is taken or the receiver does not answer well. */
  async flush(): Promise<void> {
    const target = this.#target;
    if (target === null) return;
    for (let message = this.#queue[0]; message !== undefined; message = this.#queue[0]) {
      if (!(await this.#deliver(target, message))) return;
      this.#queue.shift();
    }
  }

  async #deliver(target: WebhookTarget, message: Message): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (attempt > 0) await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      const status = await this.#post(target, message);
      this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
      if (status >= 200 && status < 300) return true;
    }
    return false;
  }

  async #post({ url, secret }: WebhookTarget, { id, body }: Message): Promise<number> {
    const now = new Date(this.#clock.now());
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    };
    const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => null);
    await answer?.arrayBuffer();
    return answer?.status ?? 0;
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
