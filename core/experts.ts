/**
 * The experts of the consumption mixture: half-life of memory (op-days) × steadiness v, the shape of
 * the gamma process per op-day. v ≪ 1 is use in bursts, v ≫ 1 steady use.
 */
export const HALF_LIVES_OP_DAYS: readonly number[] = [40, 250];
export const STEADINESS: readonly number[] = [0.02, 0.06, 0.18, 0.5, 1.5, 5];

export interface Expert {
  /** Index into HALF_LIVES_OP_DAYS. */
  readonly memory: number;
  readonly steadiness: number;
}

export const EXPERTS: readonly Expert[] = HALF_LIVES_OP_DAYS.flatMap((_, memory) =>
  STEADINESS.map((steadiness) => ({ memory, steadiness })),
);

/** Prior weights by steadiness, before a fleet has taught better ones; the same for each memory. */
const STEADINESS_PRIOR: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.25, 0.1];

export const DEFAULT_EXPERT_WEIGHTS: readonly number[] = EXPERTS.map(
  ({ steadiness }) => (STEADINESS_PRIOR[STEADINESS.indexOf(steadiness)] ?? 0) / HALF_LIVES_OP_DAYS.length,
);
