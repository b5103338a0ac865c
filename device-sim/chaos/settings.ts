import { HOUR_MS } from '../../core/types.ts';

/** How large and how rough a run is. */
export interface ChaosSettings {
  readonly seed: number;
  /** Of the storm; registration and the settling afterwards come on top. */
  readonly stormMs: number;
  /** It blows on until so much has happened, and no longer than this: what a slow machine needs. */
  readonly longestMs: number;
  readonly atLeast: {
    readonly purchases: number;
    readonly kills: number;
    readonly restarts: number;
    /** Forged webhooks that were refused. */
    readonly forgeries: number;
  };
  /** A forged webhook beside about this share of the true ones. */
  readonly forgedShare: number;
  /** Simulated time that passes between two steps, half a second of the machine's or more. */
  readonly stepSimMs: number;
  readonly customers: number;
  readonly devicesEach: number;
  /** Pause between two kills. */
  readonly killEveryMs: number;
  readonly cutEveryMs: number;
  readonly restartEveryMs: number;
  /** The merchant takes every call for a new order: the control, in which the books must not balance. */
  readonly ignoresKeys: boolean;
  /** Share of purchases that are cut off and worked on later, and no other fault of the merchant; null: the usual mix. */
  readonly lateShare: number | null;
}

/** What an idle machine with two cores comes to; a busy one takes longer, but not for ever. */
const PURCHASES_PER_MINUTE = 340;
const KILLS_PER_MINUTE = 17;
const LONGEST = 4;

export const settingsOf = (minutes: number, seed: number): ChaosSettings => ({
  seed,
  stormMs: minutes * 60_000,
  longestMs: minutes * 60_000 * LONGEST,
  atLeast: {
    purchases: Math.ceil(minutes * PURCHASES_PER_MINUTE),
    kills: Math.ceil(minutes * KILLS_PER_MINUTE),
    restarts: 0,
    forgeries: 1,
  },
  forgedShare: 0.1,
  stepSimMs: 1.5 * HOUR_MS,
  customers: 45,
  devicesEach: 3,
  killEveryMs: 1_700,
  cutEveryMs: 9_000,
  restartEveryMs: 35_000,
  ignoresKeys: false,
  lateShare: null,
});
