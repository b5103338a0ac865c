import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inWords } from '../../core/phrases/in-words.ts';
import { type Said, say } from '../../core/phrases/phrase.ts';
import { type ConsumableState, decodeState, isOutdated } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import type {
  Command,
  ConsumableEvent,
  GateName,
  Instant,
  StepContext,
  StepResult,
} from '../../core/types.ts';
import type { Context } from '../context/load-contexts.ts';
import type { SlotScores } from '../population/calibration.ts';
import type { ClaimedState } from './claim.ts';

export type ProposeOrder = Extract<Command, { type: 'propose-order' }>;

/** One consumable's evaluation: what went in, so that it can be run again, and what came out. */
export interface Evaluation {
  readonly claimed: ClaimedState;
  readonly context: Context;
  readonly before: ConsumableState | null;
  readonly events: readonly ConsumableEvent[];
  /** Swaps found by a replay, not by this step. */
  readonly earlierSwaps: readonly Instant[];
  readonly result: StepResult<ConsumableState>;
  /** It would order, and the merchant is asked for a quote first. */
  readonly awaitsQuote?: true;
}

/** Core failed on one consumable: it must not keep the others of its batch from being looked at. */
export interface FailedEvaluation {
  readonly claimed: ClaimedState;
  readonly error: Error;
}

/** The stored state, or null when there is none that this version can read. */
export function stateOf(claimed: ClaimedState): ConsumableState | null {
  if (claimed.state === null) return null;
  const state = decodeState(claimed.state);
  return isOutdated(state) ? null : state;
}

export type Inputs = Omit<Evaluation, 'result'>;

/** Core is pure: running the same inputs again, in another context, costs nothing but time. */
export function evaluate(inputs: Inputs, now: Instant): Evaluation | FailedEvaluation {
  try {
    const { before, events, context } = inputs;
    const result = step(before, events, context.step, now);
    if (!isPriceAlone(result, context)) return { ...inputs, result };
    return { ...inputs, result: asked(result, step(before, events, asking(context), now)) };
  } catch (error) {
    return { claimed: inputs.claimed, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Terms that a price can break while everything else is as agreed. */
const PRICE_GATES: readonly GateName[] = ['price', 'price-drift'];

/** Nothing but the price keeps an automatic order back: the customer is asked instead of running dry. */
function isPriceAlone({ decision }: StepResult<ConsumableState>, { step: { strategy } }: Context): boolean {
  const failing = decision.gates.filter(({ pass }) => !pass);
  return (
    strategy === 'automatic' &&
    decision.outcome === 'blocked' &&
    failing.length > 0 &&
    failing.every(({ gate }) => PRICE_GATES.includes(gate))
  );
}

const asking = ({ step: context }: Context): StepContext => ({ ...context, strategy: 'curated' });

/** The question, with the verdicts that made it one. */
function asked(
  refused: StepResult<ConsumableState>,
  question: StepResult<ConsumableState>,
): StepResult<ConsumableState> {
  const { gates } = refused.decision;
  const why = gates.flatMap(({ pass, said }) => (pass ? [] : said));
  const said: Said = [...question.decision.said, say('asked-because'), ...why];
  return { ...question, decision: { ...question.decision, gates, said, sentence: inWords(said) } };
}

/** Milliseconds of pure computing after which others in the process have their turn: devices wait for acknowledgements. */
const TURN_MS = 5;

/** Evaluates all, giving way to whatever else the process has to do every few milliseconds. */
export async function evaluateInTurns(
  inputs: readonly Inputs[],
  now: Instant,
): Promise<readonly (Evaluation | FailedEvaluation)[]> {
  const evaluations: (Evaluation | FailedEvaluation)[] = [];
  let turnEnds = performance.now() + TURN_MS;
  for (const input of inputs) {
    evaluations.push(evaluate(input, now));
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
  return evaluations;
}

export const failed = (outcome: Evaluation | FailedEvaluation): outcome is FailedEvaluation =>
  'error' in outcome;

export const succeeded = (outcome: Evaluation | FailedEvaluation): outcome is Evaluation => !failed(outcome);

export function proposalOf({ result }: Evaluation): ProposeOrder | undefined {
  return result.commands.find((command) => command.type === 'propose-order');
}

/** The open order that makes room, if one does. */
export const withdrawalOf = ({ result }: Evaluation) =>
  result.commands.find((command) => command.type === 'withdraw-order');

/** A filling that was put in, and what was known when it was. */
export interface SeenSwap {
  readonly at: Instant;
  /** Fraction left in what was taken out; null: not known. */
  readonly left: number | null;
  /** Whether a spare was believed to be at hand. */
  readonly spare: boolean;
  /** Found in stored history: what it meant was reckoned when it happened. */
  readonly past: boolean;
}

export function swapsOf({ earlierSwaps, result }: Evaluation): readonly SeenSwap[] {
  return [
    ...earlierSwaps.map((at) => ({ at, left: null, spare: true, past: true })),
    ...result.commands.flatMap((command) => {
      if (command.type !== 'installed') return [];
      const { at, left, spare } = command;
      return [{ at, left, spare, past: false }];
    }),
  ];
}

/** How the forecasts of the slot fared in what this evaluation learned. */
export function scoresOf({ context, result }: Evaluation): SlotScores {
  const { deviceModelId, profile } = context.about;
  return { deviceModelId, slotKey: profile.key, scores: result.blockScores };
}

/** What the whole order costs, shipping included. */
export function totalOf(proposal: ProposeOrder, context: StepContext): number {
  return proposal.offer.unitPrice.minor * proposal.quantity + context.costs.shippingMinor;
}
