import { type Chance, chanceOf } from '../backtest/chance.ts';

/** How often a merchant misbehaves, as probabilities of one call; all 0 by default. */
export interface FaultRates {
  /** Answers 500 and books nothing. */
  readonly errorBefore: number;
  /** Books the order, then breaks the connection without an answer. */
  readonly silentAfter: number;
  /** Sends a webhook twice. */
  readonly webhookTwice: number;
  /** Answers only after this many real milliseconds, with the probability of `slow`. */
  readonly slow: number;
  readonly slowMs: number;
}

export const NO_FAULTS: FaultRates = {
  errorBefore: 0,
  silentAfter: 0,
  webhookTwice: 0,
  slow: 0,
  slowMs: 0,
};

export type CallFault = 'none' | 'error-before' | 'silent-after';

/** Faults drawn from a seed, one stream a kind. */
export class FaultDice {
  readonly #rates: FaultRates;
  readonly #calls: Chance;
  readonly #webhooks: Chance;
  readonly #delays: Chance;

  constructor(rates: FaultRates, seed: number) {
    this.#rates = rates;
    this.#calls = chanceOf(seed, 'merchant-calls');
    this.#webhooks = chanceOf(seed, 'merchant-webhooks');
    this.#delays = chanceOf(seed, 'merchant-delays');
  }

  call(): CallFault {
    const draw = this.#calls.uniform();
    if (draw < this.#rates.errorBefore) return 'error-before';
    return draw < this.#rates.errorBefore + this.#rates.silentAfter ? 'silent-after' : 'none';
  }

  webhookTwice(): boolean {
    return this.#webhooks.uniform() < this.#rates.webhookTwice;
  }

  delayMs(): number {
    return this.#delays.uniform() < this.#rates.slow ? this.#rates.slowMs : 0;
  }
}
