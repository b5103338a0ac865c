import { addDays, localDate, startOfLocalDate } from './calendar.ts';
import { PROFILES, STRICTEST } from './jurisdiction-profiles.ts';
import { HOUR_MS, type Instant, type Strategy } from './types.ts';

/** What the law of a place asks of automatic orders. */
export interface JurisdictionProfile {
  /** ISO 3166 country or subdivision; EU for the Union at large. */
  readonly code: string;
  readonly name: string;
  /** The most autonomy that may do without announcing each order. */
  readonly strategyWithoutAnnouncement: Strategy;
  /** Time between announcing an order and placing it, at least. */
  readonly minCancelWindowHours: number;
  /** Whether a standing consent is recalled to its giver once a year. */
  readonly annualReminder: boolean;
  /** How many days before a higher price is charged its payer is told; null: no such rule. */
  readonly feeChangeNotice: { readonly minDays: number; readonly maxDays: number } | null;
  /** Days after delivery within which a purchase may be withdrawn from, and whether online in two steps. */
  readonly withdrawal: { readonly days: number; readonly withFunction: boolean } | null;
  /** Whether telemetry may be stored before anybody consented; false: opt-in. */
  readonly telemetryWithoutConsent: boolean;
}

const byCode = new Map([...PROFILES, STRICTEST].map((profile) => [profile.code, profile]));

/** The profile of a place: its own, else its country's, else the strictest. "UK" is taken for GB. */
export function profileOf(jurisdiction: string): JurisdictionProfile {
  const code = jurisdiction.toUpperCase() === 'UK' ? 'GB' : jurisdiction.toUpperCase();
  return byCode.get(code) ?? byCode.get(code.split('-')[0] ?? '') ?? STRICTEST;
}

/** Jurisdictions where telemetry needs a consent first; the strictest profile speaks for all others. */
export function needsTelemetryConsent(jurisdiction: string): boolean {
  return !profileOf(jurisdiction).telemetryWithoutConsent;
}

/** The longer of what the platform's setting and the law say. */
export function cancelWindowMs(settingMs: number, profile: JurisdictionProfile): number {
  return Math.max(settingMs, profile.minCancelWindowHours * HOUR_MS);
}

/**
 * Until when a purchase may be withdrawn from: the end of the last day of the period, which begins on the
 * day after the goods came (Regulation (EEC, Euratom) 1182/71, Article 3); null: not any more, or never.
 * Before delivery the period has not begun, and the withdrawal is open.
 */
export function withdrawalEndsAt(
  deliveredAt: Instant | null,
  profile: JurisdictionProfile,
  timeZone: string,
): Instant | null {
  if (profile.withdrawal === null) return null;
  if (deliveredAt === null) return Number.POSITIVE_INFINITY;
  const lastDay = addDays(localDate(deliveredAt, timeZone), profile.withdrawal.days);
  return startOfLocalDate(addDays(lastDay, 1), timeZone);
}
