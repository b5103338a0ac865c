export interface PartitionPlan {
  readonly now: number;
  /** Whole months kept before the current one. */
  readonly retentionMonths: number;
  /** Months made ahead of the current one. */
  readonly aheadMonths: number;
}

/** Months made ahead: a platform whose scheduler stood still for two months still stores readings. */
export const AHEAD_MONTHS = 2;

/** `YYYY-MM-01` of the UTC month `offset` months from that of `now`. */
export function startOfMonth(now: number, offset: number): string {
  const date = new Date(now);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1)).toISOString().slice(0, 10);
}

/** The oldest reading that still has a partition. */
export function oldestStorable(now: number, retentionMonths: number): number {
  return Date.parse(`${startOfMonth(now, -retentionMonths)}T00:00:00Z`);
}
