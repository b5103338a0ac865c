import type { Refusal } from '../contracts/mqtt.ts';

/** Why a message, or one consumable of it, was not stored. */
export interface Refused {
  readonly reason: Refusal;
  /** What exactly was wrong, for an operator. */
  readonly detail: string;
}
