import { type Chance, chanceOf } from '../backtest/chance.ts';
import type { ChaosSettings } from './settings.ts';

/** What a chaos merchant does with a call that buys. */
const PLACE_FAULTS = [
  'none',
  'slow',
  /** The caller is cut off; the request is worked on much later, when the order was perhaps placed again. */
  'late',
  'error-before',
  'error-after',
  'silent-after',
  'hang-after',
  'malformed',
  'other-order',
  'twice',
  /** A refusal after the contract, with each code that does not come of itself from prices and stock. */
  'refused-address',
  'refused-payment',
  'refused-authentication-required',
  'refused-out-of-stock',
] as const;
export type PlaceFault = (typeof PLACE_FAULTS)[number];

const ASK_FAULTS = ['none', 'slow', 'error', 'silent', 'blind'] as const;
export type AskFault = (typeof ASK_FAULTS)[number];

const WEBHOOK_FAULTS = ['none', 'lost', 'answer-lost', 'repeated', 'overtaken', 'given-up'] as const;
export type WebhookFault = (typeof WEBHOOK_FAULTS)[number];

const PLACE_WEIGHTS: Readonly<Record<PlaceFault, number>> = {
  none: 54,
  slow: 10,
  late: 6,
  'error-before': 6,
  'error-after': 5,
  'silent-after': 6,
  'hang-after': 0.5,
  malformed: 3,
  'other-order': 2,
  twice: 3.5,
  'refused-address': 1,
  'refused-payment': 1,
  'refused-authentication-required': 1,
  'refused-out-of-stock': 1,
};
const NEVER = Object.fromEntries(PLACE_FAULTS.map((name) => [name, 0])) as Record<PlaceFault, number>;
const ASK_WEIGHTS: Readonly<Record<AskFault, number>> = { none: 82, slow: 6, error: 5, silent: 4, blind: 3 };
const WEBHOOK_WEIGHTS: Readonly<Record<WebhookFault, number>> = {
  none: 66,
  lost: 10,
  'answer-lost': 8,
  repeated: 8,
  overtaken: 7,
  'given-up': 1,
};

function draw<Name extends string>(chance: Chance, weights: Readonly<Record<Name, number>>): Name {
  const names = Object.keys(weights) as Name[];
  let rest = chance.uniform() * names.reduce((sum, name) => sum + weights[name], 0);
  for (const name of names) {
    rest -= weights[name];
    if (rest < 0) return name;
  }
  return names[0] as Name;
}

type DiceSettings = Pick<ChaosSettings, 'seed' | 'lateShare' | 'forgedShare'>;

/** Misfortune by seed, one stream a kind; counted, and calm when the storm is over. */
export class ChaosDice {
  readonly #place: Chance;
  readonly #placeWeights: Readonly<Record<PlaceFault, number>>;
  readonly #ask: Chance;
  readonly #webhook: Chance;
  readonly #forge: Chance;
  readonly #forgedShare: number;
  readonly #delay: Chance;
  calm = false;
  readonly counts = new Map<string, number>();

  constructor({ seed, lateShare, forgedShare }: DiceSettings) {
    this.#forgedShare = forgedShare;
    this.#placeWeights =
      lateShare === null ? PLACE_WEIGHTS : { ...NEVER, none: 1 - lateShare, late: lateShare };
    this.#place = chanceOf(seed, 'chaos-place');
    this.#ask = chanceOf(seed, 'chaos-ask');
    this.#webhook = chanceOf(seed, 'chaos-webhook');
    this.#forge = chanceOf(seed, 'chaos-forge');
    this.#delay = chanceOf(seed, 'chaos-delay');
  }

  place(): PlaceFault {
    return this.#count('place', draw(this.#place, this.#placeWeights));
  }

  ask(): AskFault {
    return this.#count('ask', draw(this.#ask, ASK_WEIGHTS));
  }

  webhook(): WebhookFault {
    return this.#count('webhook', draw(this.#webhook, WEBHOOK_WEIGHTS));
  }

  /** Whether somebody forges a webhook beside the true one. */
  forges(): boolean {
    const drawn = this.#forge.uniform() < this.#forgedShare;
    if (drawn && !this.calm) this.note('webhook: forged');
    return drawn && !this.calm;
  }

  /** Milliseconds of a delay in this range. */
  delayMs(range: readonly [number, number]): number {
    return this.#delay.integer(range);
  }

  #count<Fault extends string>(kind: string, drawn: Fault): Fault | 'none' {
    if (this.calm) return 'none';
    if (drawn !== 'none') this.note(`${kind}: ${drawn}`);
    return drawn;
  }

  note(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
