import type { JurisdictionProfile } from './jurisdictions.ts';
import { type Said, say } from './phrases/phrase.ts';
import { DAY_MS, type Instant, type Strategy } from './types.ts';

/** From least to most autonomy. */
export const LADDER = ['respond', 'coach', 'curated', 'automatic'] as const satisfies readonly Strategy[];

const rank = (strategy: Strategy): number => LADDER.indexOf(strategy);

/**
 * The ceiling in force for a consumable, and since when telemetry says otherwise. Predictability moves with every
 * reading; what a customer is offered must not. Instants in milliseconds.
 */
export interface CeilingMemory {
  readonly ceiling: Strategy;
  /** Since when predictability has been below, or above, the ceiling without a break; null: it is not. */
  readonly below: Instant | null;
  readonly above: Instant | null;
  /** Since when predictability has allowed `automatic` without a break; null: it does not. */
  readonly steady: Instant | null;
  /** When `automatic` came back; null: it never went. */
  readonly returnedAt: Instant | null;
}

/** Two weeks of use teach a new device's rhythm; a ceiling that fell sooner would fall for everybody. */
const FALLS_AFTER_MS = 14 * DAY_MS;
/** Not at the first good day, but soon: whoever chose `automatic` waits for it. */
const RISES_AFTER_MS = 3 * DAY_MS;

/** The memory after an evaluation that found predictability to allow `allowed`. Nothing is held against a new one. */
export function nextCeiling(memory: CeilingMemory | null, allowed: Strategy, now: Instant): CeilingMemory {
  const before = memory ?? { ceiling: 'automatic', below: null, above: null, steady: null, returnedAt: null };
  const difference = rank(allowed) - rank(before.ceiling);
  const below = difference < 0 ? (before.below ?? now) : null;
  const above = difference > 0 ? (before.above ?? now) : null;
  const steady = allowed === 'automatic' ? (before.steady ?? now) : null;
  const moves =
    (below !== null && now - below >= FALLS_AFTER_MS) || (above !== null && now - above >= RISES_AFTER_MS);
  if (!moves) return { ...before, below, above, steady };
  const returnedAt = allowed === 'automatic' ? now : before.returnedAt;
  return { ceiling: allowed, below: null, above: null, steady, returnedAt };
}

export interface LadderRequest {
  readonly memory: CeilingMemory | null;
  /** Why predictability is what it is; null: never evaluated. */
  readonly predictability: Said | null;
  /** Whether a wrong order costs far more than running out. */
  readonly dear: boolean;
  readonly hasProduct: boolean;
  readonly jurisdiction: Pick<JurisdictionProfile, 'name' | 'strategyWithoutAnnouncement'>;
  /** Whether the announcement of an order would reach the customer. */
  readonly reachable: boolean;
}

/** Why a step is or is not open: for programs. */
export const RUNG_CODES = ['open', 'learning', 'no-product', 'unpredictable', 'not-announced'] as const;
type RungCode = (typeof RUNG_CODES)[number];

export interface Rung {
  readonly strategy: Strategy;
  readonly available: boolean;
  readonly code: RungCode;
  readonly said: Said;
}

/** Every step of the ladder with whether it can be chosen now, and why. */
export function ladderOf(request: LadderRequest): readonly Rung[] {
  return LADDER.map((strategy) => {
    const refusal = refusalOf(strategy, request);
    if (refusal !== null) return { strategy, available: false, ...refusal };
    const learning = strategy === 'automatic' && request.memory?.steady == null;
    const code: RungCode = learning ? 'learning' : 'open';
    const said = [say(`rung-${strategy}`), ...(learning ? [say('rung-learning')] : [])];
    return { strategy, available: true, code, said };
  });
}

function refusalOf(strategy: Strategy, request: LadderRequest): Pick<Rung, 'code' | 'said'> | null {
  if (strategy === 'respond' || strategy === 'coach') return null;
  const { memory, predictability, dear, hasProduct, jurisdiction, reachable } = request;
  if (!hasProduct) return { code: 'no-product', said: [say('no-offer')] };
  if (memory !== null && rank(strategy) > rank(memory.ceiling)) {
    const why = [...(predictability ?? []), ...(dear ? [say('rung-dear')] : [])];
    return { code: 'unpredictable', said: why.length === 0 ? [say('level-not-known')] : why };
  }
  if (rank(strategy) > rank(jurisdiction.strategyWithoutAnnouncement) && !reachable) {
    return { code: 'not-announced', said: [say('rung-not-announced', { place: jurisdiction.name })] };
  }
  return null;
}

/** The most autonomy that can be chosen. */
export function ceilingOf(rungs: readonly Rung[]): Strategy {
  return rungs.findLast(({ available }) => available)?.strategy ?? 'respond';
}

export interface Acting {
  readonly strategy: Strategy;
  /** Why it acts with less autonomy than was chosen; null: it does not. */
  readonly limited: Said | null;
}

/**
 * What a consumable does with the strategy that its customer chose: `automatic` under a lower ceiling prepares
 * and asks. Without a product nothing is to be decided: the gates say so.
 */
export function actingStrategy(chosen: Strategy, rungs: readonly Rung[]): Acting {
  const own = rungs.find(({ strategy }) => strategy === chosen);
  const stays = chosen !== 'automatic' || own === undefined || own.available || own.code === 'no-product';
  return stays ? { strategy: chosen, limited: null } : { strategy: 'curated', limited: own.said };
}

/** For so long an order says that `automatic` is back. */
const BACK_TOLD_MS = 30 * DAY_MS;

/** Since when orders go out by themselves again, as long as that is news; null: it is none. */
export function backSince(memory: CeilingMemory | null, now: Instant): Instant | null {
  const at = memory?.returnedAt ?? null;
  return at !== null && memory?.ceiling === 'automatic' && now - at <= BACK_TOLD_MS ? at : null;
}
