import type { Instant } from './types.ts';

/** One consent to telemetry that covers a device, or one consumable of it. */
export interface TelemetryConsent {
  /** null: the whole device. */
  readonly consumableId: string | null;
  readonly grantedAt: Instant;
  readonly validUntil: Instant | null;
  readonly withdrawnAt: Instant | null;
}

export const FOR_EVER = Number.POSITIVE_INFINITY;
export const NEVER: Instant = 0;

/**
 * Until when readings of a consumable may be stored. The last word counts: a withdrawal ends it, whatever
 * was granted before for a wider or narrower scope, and a later grant begins it anew. Where nobody ever
 * said anything, `withoutConsent` decides.
 */
export function telemetryUntil(
  consents: readonly TelemetryConsent[],
  consumableId: string,
  withoutConsent: boolean,
): Instant {
  const covering = consents.filter((one) => one.consumableId === null || one.consumableId === consumableId);
  if (covering.length === 0) return withoutConsent ? FOR_EVER : NEVER;
  const lastWithdrawal = Math.max(
    ...covering.map(({ withdrawnAt }) => withdrawnAt ?? Number.NEGATIVE_INFINITY),
  );
  const ends = covering
    .filter(({ withdrawnAt, grantedAt }) => withdrawnAt === null && grantedAt > lastWithdrawal)
    .map(({ validUntil }) => validUntil ?? FOR_EVER);
  return Math.max(NEVER, ...ends);
}
