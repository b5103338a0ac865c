import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { ChaosDice } from './faults.ts';

export interface RelayOptions {
  readonly clock: Clock;
  readonly dice: ChaosDice;
  /** The platform's route for this merchant. */
  readonly url: () => string;
  readonly secret: string;
}

interface Message {
  readonly id: string;
  readonly body: string;
}

const RETRY_MS = 120;
/** A backlog that is told "not yet" must not keep the platform from working it off. */
const BACKOFF = 1.5;
const RETRY_AT_MOST_MS = 2_000;
/** Long enough for every process to be killed and to come back several times. */
const ATTEMPTS = 40;
/** It gives up sooner what is refused for what it says, as on an order known under another reference. */
const CONFLICTS = 7;
const CONFLICT = 409;
const TIMEOUT_MS = 3_000;
const FORGED_SECRET = `whsec_${Buffer.from('somebody else entirely.!').toString('base64')}`;
const FORGED_ATTEMPTS = 20;
const REFUSED = 401;

/**
 * The internet between a merchant and the platform: webhooks go through it, each signed anew for every attempt,
 * and are lost, repeated, overtaken by others, and forged. What is not "given up" arrives in the end.
 */
export class WebhookRelay {
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #underWay = new Set<Promise<void>>();
  /** References whose news the merchant gave up on: the platform may never hear of them. */
  readonly givenUp = new Set<string>();
  readonly answers = new Map<number, number>();
  /** Answers to forged ones, by HTTP status; 0: none came. */
  readonly forgeries = new Map<number, number>();
  /** Forged ones that were not refused for their signature. */
  readonly forgeriesTaken: string[] = [];
  #forged = 0;
  #closed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#take(request).then(
        () => response.writeHead(204).end(),
        () => response.destroy(),
      );
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      );
    });
  }

  get waiting(): number {
    return this.#underWay.size;
  }

  get forgeriesRefused(): number {
    return this.forgeries.get(REFUSED) ?? 0;
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
    await this.settled();
  }

  async #take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const id = String(request.headers['webhook-id']);
    const delivery = this.#carry({ id, body: Buffer.concat(chunks).toString('utf8') });
    this.#underWay.add(delivery);
    void delivery.finally(() => this.#underWay.delete(delivery));
  }

  async #carry(message: Message): Promise<void> {
    const { dice } = this.#options;
    if (dice.forges()) await this.#forge(message);
    const fault = dice.webhook();
    if (fault === 'given-up') {
      this.givenUp.add(referenceOf(message));
      return;
    }
    // The attempt never arrives; the merchant tries again later.
    if (fault === 'lost') await wait(dice.delayMs([200, 2000]));
    if (fault === 'overtaken') await wait(dice.delayMs([300, 4000]));
    // It arrived, the answer did not: it is sent again as it was.
    if (fault === 'answer-lost') await this.#post(message, this.#options.secret);
    await this.#deliver(message);
    if (fault === 'repeated') {
      await wait(dice.delayMs([10, 1500]));
      await this.#deliver(message);
    }
  }

  /** Until it is taken; a merchant that is told "not yet" or nothing tries again. */
  async #deliver(message: Message): Promise<void> {
    let conflicts = 0;
    for (let attempt = 0; attempt < ATTEMPTS && conflicts < CONFLICTS && !this.#closed; attempt += 1) {
      const status = await this.#post(message, this.#options.secret);
      if (status === CONFLICT) conflicts += 1;
      this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
      if (status >= 200 && status < 300) return;
      await wait(Math.min(RETRY_AT_MOST_MS, RETRY_MS * BACKOFF ** attempt));
    }
    this.givenUp.add(referenceOf(message));
  }

  /** Somebody without the key says that the order was cancelled, until the platform says what it thinks of it. */
  async #forge({ id, body: genuine }: Message): Promise<void> {
    this.#forged += 1;
    const body = genuine.replace(/"type":"order\.\w+"/u, '"type":"order.cancelled"');
    const forged = { id: `forged_${this.#forged}_${id}`, body };
    for (let attempt = 0; attempt < FORGED_ATTEMPTS && !this.#closed; attempt += 1) {
      const status = await this.#post(forged, FORGED_SECRET);
      this.forgeries.set(status, (this.forgeries.get(status) ?? 0) + 1);
      if (status === REFUSED) return;
      if (status > 0 && status < 500) {
        this.forgeriesTaken.push(`${forged.id} was answered ${status}`);
        return;
      }
      await wait(RETRY_MS);
    }
  }

  async #post({ id, body }: Message, secret: string): Promise<number> {
    const now = new Date(this.#options.clock.now());
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(this.#options.url(), { method: 'POST', headers, body, signal }).catch(
      () => null,
    );
    await answer?.arrayBuffer().catch(() => undefined);
    return answer?.status ?? 0;
  }
}

const referenceSchema = z.object({ data: z.object({ clientReference: z.string() }) });
const referenceOf = ({ body }: Message): string =>
  referenceSchema.parse(JSON.parse(body)).data.clientReference;
