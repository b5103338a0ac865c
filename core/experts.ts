/**
 * The experts of the consumption mixture: half-life of memory (op-days) × steadiness v, the shape of
 * the gamma process per op-day. v ≪ 1 is use in bursts, v ≫ 1 steady use. Between 0.1 and 3, where most
 * devices lie, a step is a factor of two: at three, a device halfway fell to one side or the other by luck,
 * and its risk came out a third or threefold.
 */
export const HALF_LIVES_OP_DAYS: readonly number[] = [40, 250];
export const STEADINESS: readonly number[] = [0.04, 0.14, 0.35, 0.7, 1.3, 3];

export interface Expert {
  /** Index into HALF_LIVES_OP_DAYS. */
  readonly memory: number;
  readonly steadiness: number;
}

export const EXPERTS: readonly Expert[] = HALF_LIVES_OP_DAYS.flatMap((_, memory) =>
  STEADINESS.map((steadiness) => ({ memory, steadiness })),
);

/** Prior weights by steadiness, before a fleet has taught better ones; the same for each memory. */
const STEADINESS_PRIOR: readonly number[] = [0.05, 0.12, 0.2, 0.28, 0.25, 0.1];

export const DEFAULT_EXPERT_WEIGHTS: readonly number[] = EXPERTS.map(
  ({ steadiness }) => (STEADINESS_PRIOR[STEADINESS.indexOf(steadiness)] ?? 0) / HALF_LIVES_OP_DAYS.length,
);
