import { checkGates } from '../../core/gates.ts';
import { planDelivery } from '../../core/holds.ts';
import { inWords } from '../../core/phrases/in-words.ts';
import { roundHours, type Said, say } from '../../core/phrases/phrase.ts';
import type { Decision, GateVerdict, Instant, StepContext } from '../../core/types.ts';
import type { ProposeOrder } from '../evaluate/evaluation.ts';
import { ASKED_FOR } from '../orders/judge-placement.ts';
import { PRESS_COUNTS_FOR_MS, type Press } from './claim-presses.ts';

export interface PressVerdict {
  readonly outcome: 'ordered' | 'repeated' | 'refused';
  readonly said: Said;
  readonly proposal: ProposeOrder | null;
  readonly gates: readonly GateVerdict[];
}

const refused = (said: Said, gates: readonly GateVerdict[] = []): PressVerdict => ({
  ...{ outcome: 'refused', said, proposal: null, gates },
});
const repeated = (said: Said): PressVerdict => ({ outcome: 'repeated', said, proposal: null, gates: [] });

/** What cannot be an order, whatever the gates say; null: they are asked. */
export function beforeGates(press: Press, now: Instant): PressVerdict | null {
  if (press.customerId === null) return refused([say('press-unowned')]);
  if (press.consumableId === null) return refused([say('press-which')]);
  const late = now - press.at;
  return late > PRESS_COUNTS_FOR_MS ? refused([say('press-late', { hours: roundHours(late) })]) : null;
}

/**
 * A press is the customer's order within their mandate: nobody signs in at a device, so every limit of the
 * consent holds, and only what telemetry says is no matter. It is placed at once, or, around a hold, as soon as it
 * may arrive. Pure.
 */
export function judgePress(context: StepContext, lately: boolean, now: Instant): PressVerdict {
  const { openOrder, offer, leadTime, calendar, mandate } = context;
  if (openOrder?.status === 'proposed') return repeated([say('press-proposal')]);
  if (openOrder !== null || lately) return repeated([say('press-repeated')]);
  const plan = offer === null ? null : planDelivery({ earliestPlaceAt: now, leadTime, calendar });
  const quantity = Math.max(offer?.minimumQuantity ?? 1, 1);
  const trust = { trusted: true, said: [say('press')] };
  const request = { stage: 'announce', offer, quantity, trust, plan, forOrderId: null } as const;
  const gates = checkGates(request, context, now).filter(({ gate }) => !ASKED_FOR.includes(gate));
  const failing = gates.filter(({ pass }) => !pass);
  if (failing.length > 0 || offer === null || plan === null) {
    const why = failing.filter(({ unchecked }) => unchecked !== true).flatMap(({ said }) => said);
    return refused([say('press-refused'), ...why], gates);
  }
  if (!Number.isFinite(plan.placeAt)) return refused(plan.reason === null ? [] : [plan.reason], gates);
  const proposal: ProposeOrder = {
    ...{ type: 'propose-order', quantity, offer, status: 'announced' },
    ...{
      placeAt: plan.placeAt,
      consentId: mandate?.consentId ?? null,
      avoidedMinor: 0,
      emptyBeforeArrival: 0,
    },
  };
  const said = [say('press-ordered'), ...(plan.reason === null ? [] : [plan.reason])];
  return { outcome: 'ordered', said, proposal, gates };
}

/** For the ledger: what was asked for, and the gates' answer. */
export function decisionOf({ outcome, said, gates }: PressVerdict, now: Instant): Decision {
  return {
    outcome: outcome === 'ordered' ? 'order' : 'blocked',
    at: now,
    forecast: null,
    ...{ onHand: 0, onShelf: 0, onOrder: 0 },
    gates,
    sentence: inWords(said),
    said,
  };
}
