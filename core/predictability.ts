import { leadQuantile } from './lead-time.ts';
import { inWords } from './phrases/in-words.ts';
import { type Phrase, type Said, say } from './phrases/phrase.ts';
import {
  type Costs,
  DAY_MS,
  type Forecast,
  type Instant,
  type LeadTime,
  type Offer,
  type Strategy,
} from './types.ts';

/**
 * How far the forecast may be trusted with the customer's money: the run-out interval against the lead
 * time, and the cost of a mistake against the price. It sets the ceiling of autonomy, with its reason.
 */
export interface Predictability {
  /** 1: run-out is known much better than a delivery takes; 0: hardly known at all. */
  readonly score: number;
  /** Width of P10…P90 in days; null beyond the horizon. */
  readonly widthDays: number | null;
  /** Minor units that one wrong order costs: the filling's price and its time on the shelf. */
  readonly mistakeMinor: number;
  /** Whether a wrong order costs so much more than a stockout that more certainty is asked for. */
  readonly dear: boolean;
  readonly ceiling: Strategy;
  /** One plain sentence, in English, and for readers of any language. */
  readonly reason: string;
  readonly said: Said;
}

const CALENDAR_PER_BUSINESS_DAY = 7 / 5;
/** Below these scores orders are prepared, or only advised. */
const AUTOMATIC_FROM = 0.35;
const CURATED_FROM = 0.12;
/** A mistake above this share of a stockout's cost asks for more certainty. */
const DEAR_MISTAKE = 4;
const DEAR_PENALTY = 0.6;

export interface PredictabilityRequest {
  readonly forecast: Forecast | null;
  readonly trusted: boolean;
  readonly leadTime: LeadTime;
  readonly costs: Costs;
  readonly offer: Offer | null;
  readonly now: Instant;
}

export function predictabilityOf(request: PredictabilityRequest): Predictability {
  const { forecast, costs, offer, now } = request;
  const price = offer === null ? 0 : offer.unitPrice.minor / Math.max(offer.packSize, 1);
  const lifeDays = forecast === null || forecast.perDay <= 0 ? 365 : Math.min(1 / forecast.perDay, 365);
  const mistakeMinor = Math.round(price * 0.1 + costs.holdingPerDayMinor * lifeDays);
  const dear = mistakeMinor > DEAR_MISTAKE * Math.max(costs.stockoutMinor, 1);
  const width = widthOf(forecast, now);
  const known = (score: number, ceiling: Strategy, phrase: Phrase): Predictability => ({
    score,
    widthDays: width,
    mistakeMinor,
    dear,
    ceiling,
    reason: inWords([phrase]),
    said: [phrase],
  });
  if (forecast === null || !request.trusted) {
    return known(0, 'coach', say('level-not-known'));
  }
  const left = forecast.p50 === null ? null : Math.max((forecast.p50 - now) / DAY_MS, 1);
  const leadDays = Math.max(leadQuantile(request.leadTime, 0.9) * CALENDAR_PER_BUSINESS_DAY, 1);
  if (width === null || left === null) {
    return known(1, 'automatic', say('years-to-correct'));
  }
  // Relative width tells how well use is known; what is far off beside a delivery can still be corrected.
  const relative = width / left;
  const penalty = dear ? DEAR_PENALTY : 1;
  const score =
    (penalty * (1 + leadDays / Math.max(width, leadDays))) / (2 * (1 + Math.max(relative - 0.5, 0)));
  const facts = { days: Math.round(width), leadDays: Math.round(leadDays) };
  if (score >= AUTOMATIC_FROM) return known(score, 'automatic', say('known-within', facts));
  return known(score, score >= CURATED_FROM ? 'curated' : 'coach', say('known-only-within', facts));
}

function widthOf(forecast: Forecast | null, now: Instant): number | null {
  if (forecast?.p10 == null || forecast.p90 === null) return null;
  return Math.max((forecast.p90 - Math.max(forecast.p10, now)) / DAY_MS, 0);
}
