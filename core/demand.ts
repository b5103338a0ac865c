import { gridOf } from './day-grid.ts';
import { runOut } from './depletion.ts';
import { fold } from './fold.ts';
import { leadQuantile } from './lead-time.ts';
import { priorOf } from './mixture.ts';
import { correctionFor } from './recalibration.ts';
import type { ConsumableState, Model } from './state.ts';
import { DAY_MS, type Instant, type StepContext } from './types.ts';

/**
 * How many new fillings a fleet will order (docs/demand-forecast.md). With F_k(t) the probability that
 * what is in the device, on the shelf and on order, and k − 1 fillings more, are used up by t,
 *   P(N_i(t) ≥ k) = F_k(t + lead_i),
 * as an order goes out about one lead time before it is needed. The consumables' counts are taken as
 * independent given their forecasts, so the sum's cumulants are the sums of theirs.
 */

/** Less likely than this is not asked further: a fleet of a million is off by a hundred at most, in 100,000. */
const NEGLIGIBLE = 1e-4;
/** What is used up more often than this within eight weeks is no consumable that anybody orders singly. */
const FILLINGS_MAX = 24;
const CALENDAR_PER_BUSINESS_DAY = 7 / 5;

/** P(0 orders), P(1), P(2) … */
export type CountPmf = readonly number[];

export interface NeedRequest {
  readonly state: ConsumableState;
  readonly context: Pick<StepContext, 'calendar' | 'profile' | 'population' | 'leadTime'>;
  /** Fillings that are on their way. */
  readonly onOrder: number;
  readonly now: Instant;
  /** Ends of the spans that begin now, ascending. */
  readonly until: readonly Instant[];
}

/** The distribution of fillings to be ordered within each span; null where nothing is known of the level. */
export function fillingsToOrder(request: NeedRequest): readonly CountPmf[] | null {
  const { state, context, onOrder, now, until } = request;
  const { tip } = fold(state, [], context, now);
  if (tip.levelAt === 0) return null;
  const grid = gridOf(context.calendar, context.population);
  const prior = priorOf(context.profile, context.population);
  const correct = correctionFor(tip.jitter, context.population);
  const leadMs = leadQuantile(context.leadTime, 0.5) * CALENDAR_PER_BUSINESS_DAY * DAY_MS;
  const atLeast = until.map(() => [1]);
  for (let k = 1; k <= FILLINGS_MAX; k += 1) {
    const empty = runOut(withSpares(tip, onOrder + k - 1), prior, grid, correct);
    let likely = false;
    // From the longest span: whoever hardly needs it by then does not before.
    for (let i = until.length - 1; i >= 0; i -= 1) {
      const tail = atLeast[i] ?? [];
      if (tail.length < k) continue;
      const probability = empty.probabilityEmptyBy((until[i] ?? now) + leadMs);
      if (probability < NEGLIGIBLE) break;
      // Recalibration and its joints may bend a curve by a hair: counts never rise with k.
      tail.push(Math.min(probability, tail.at(-1) ?? 1));
      likely = true;
    }
    if (!likely) break;
  }
  return atLeast.map((tail) => tail.map((probability, k) => probability - (tail[k + 1] ?? 0)));
}

/** A spare on its way is as sure as one can be: only what lies on the shelf may be a phantom. */
function withSpares(model: Model, spares: number): Model {
  if (spares === 0) return model;
  const shelfDoubt = model.shelf >= 0.5 ? model.shelfDoubt : 0;
  return { ...model, shelf: model.shelf + spares, shelfDoubt };
}

/** Values that an exact distribution may spread over; a sum that is wider is nearly normal. */
const EXACT_VALUES = 256;
/** Mass that may be cut off at either end of it, in all. */
const CUT = 1e-12;

/** The distribution of a sum of independent counts: exact while it is narrow, by its cumulants beyond. */
export class CountSum {
  #terms = 0;
  #mean = 0;
  #variance = 0;
  #third = 0;
  /** P(first), P(first + 1) …; null once it has become too wide. */
  #exact: Float64Array | null = Float64Array.of(1);
  #first = 0;

  get terms(): number {
    return this.#terms;
  }

  get mean(): number {
    return this.#mean;
  }

  add(pmf: CountPmf): void {
    this.#terms += 1;
    let [first, second, third] = [0, 0, 0];
    for (const [k, p] of pmf.entries()) first += k * p;
    for (const [k, p] of pmf.entries()) {
      second += p * (k - first) ** 2;
      third += p * (k - first) ** 3;
    }
    this.#mean += first;
    this.#variance += second;
    this.#third += third;
    if (this.#exact !== null) this.#convolve(this.#exact, pmf);
  }

  #convolve(exact: Float64Array, pmf: CountPmf): void {
    const sum = new Float64Array(exact.length + pmf.length - 1);
    for (const [k, p] of pmf.entries()) {
      if (p <= 0) continue;
      for (let i = 0; i < exact.length; i += 1) sum[i + k] = (sum[i + k] ?? 0) + p * (exact[i] ?? 0);
    }
    let from = 0;
    let to = sum.length;
    let mass = 0;
    while (from < to - 1 && mass + (sum[from] ?? 0) < CUT) mass += sum[from++] ?? 0;
    mass = 0;
    while (to > from + 1 && mass + (sum[to - 1] ?? 0) < CUT) mass += sum[--to] ?? 0;
    this.#first += from;
    this.#exact = to - from > EXACT_VALUES ? null : sum.slice(from, to);
  }

  /** The smallest count that the sum exceeds with probability 1 − p at most. */
  quantile(p: number): number {
    return this.#exact === null ? this.#cornishFisher(p) : this.#exactQuantile(this.#exact, p);
  }

  #exactQuantile(exact: Float64Array, p: number): number {
    let sum = 0;
    for (let i = 0; i < exact.length; i += 1) {
      sum += exact[i] ?? 0;
      if (sum >= p - 1e-9) return this.#first + i;
    }
    return this.#first + exact.length - 1;
  }

  /**
   * Cornish–Fisher to the third cumulant with continuity correction: with z the normal quantile and
   * γ = κ₃/σ³, x = μ + σ(z + γ(z² − 1)/6) − ½, rounded up.
   */
  #cornishFisher(p: number): number {
    const sd = Math.sqrt(this.#variance);
    const z = normalQuantile(p);
    const skew = this.#third / sd ** 3;
    return Math.max(Math.ceil(this.#mean + sd * (z + (skew * (z * z - 1)) / 6) - 0.5), 0);
  }
}

/** Abramowitz & Stegun 26.2.23: absolute error below 4.5e-4, far below one count's worth here. */
function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(Math.max(p, 1e-300)));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return above / below - t;
}
