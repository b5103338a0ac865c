import { HOUR_MS, type Instant } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { enqueueCommands } from '../../platform/device-commands.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { countOrders } from '../breaker/rates.ts';
import { scopesOf } from '../breaker/scopes.ts';
import { type Contexts, loadContexts } from '../context/load-contexts.ts';
import type { RulesDeps } from '../deps.ts';
import { newId, writeDecisions } from '../evaluate/write-decisions.ts';
import { tellNewOrders, writeOrders } from '../evaluate/write-orders.ts';
import { lockConsents, lockCustomers } from '../locks.ts';
import { currentPolicy, type Policy } from '../policy.ts';
import { claimPresses, orderedLately, type Press } from './claim-presses.ts';
import { beforeGates, decisionOf, judgePress, type PressVerdict } from './judge-press.ts';
import { tellCustomers, type UnansweredPress } from './tell-customers.ts';

const BATCH_PRESSES = 100;
const MINUTE_MS = 60_000;

interface Answer {
  readonly press: Press;
  readonly verdict: PressVerdict;
  readonly orderId: string | null;
  /** It was asked for, and ordered, moments ago: somebody presses twice to be sure. */
  readonly isEcho: boolean;
}

/** Answers pressed buttons: one order each, or the reason why none. Returns how many were answered. */
export async function answerPresses(deps: RulesDeps): Promise<number> {
  const { database, config, metrics } = deps;
  const now = deps.clock.now();
  const answers = await inTransaction(database.pool, async (db) => {
    const presses = await claimPresses(db, BATCH_PRESSES);
    if (presses.length === 0) return [];
    const policy = await currentPolicy(db, config);
    return await answer(db, presses, policy, config.BUTTON_REPEAT_MINUTES * MINUTE_MS, now);
  });
  for (const { verdict, orderId } of answers) {
    metrics.orderRequests.inc({ outcome: verdict.outcome });
    for (const { gate, pass } of verdict.gates) if (!pass) metrics.gateRefusals.inc({ gate });
    if (orderId !== null) metrics.orders.inc({ status: 'announced' });
  }
  return answers.length;
}

async function answer(
  db: Queryable,
  presses: readonly Press[],
  policy: Policy,
  repeatMs: number,
  now: Instant,
): Promise<readonly Answer[]> {
  const early = presses.flatMap((press) => {
    const verdict = beforeGates(press, now);
    return verdict === null ? [] : [{ press, verdict, orderId: null, isEcho: false }];
  });
  const settled = new Set(early.map(({ press }) => press));
  const asking = onePerCustomer(presses.filter((press) => !settled.has(press)));
  await lockCustomers(
    db,
    asking.flatMap(({ customerId }) => customerId ?? []),
  );
  const ids = [...new Set(asking.flatMap(({ consumableId }) => consumableId ?? []))];
  const wanted = ids.map((consumableId) => ({ consumableId, order: null }));
  const contexts = await loadContexts(db, wanted, policy, now);
  await lockConsents(
    db,
    [...contexts.of.values()].flatMap(({ step }) => step.mandate?.consentId ?? []),
  );
  const lately = new Set(await orderedLately(db, ids, now - repeatMs));
  const judged = asking.flatMap((press): Answer[] => {
    const context = contexts.of.get(press.consumableId ?? '');
    if (context === undefined) return [];
    const isEcho = lately.has(press.consumableId ?? '');
    const verdict = judgePress(context.step, isEcho, now);
    if (verdict.outcome === 'ordered') lately.add(press.consumableId ?? '');
    return [{ press, verdict, orderId: verdict.outcome === 'ordered' ? newId() : null, isEcho }];
  });
  await makeOrders(db, judged, contexts, now);
  const answers = [...early, ...judged];
  await remember(db, answers, now);
  await tellDevices(db, answers, now);
  await tellCustomers(db, answers.flatMap(unanswered), now);
  return answers;
}

/** What its customer does not know yet. */
function unanswered({ press, verdict, isEcho }: Answer): UnansweredPress[] {
  const { consumableId, customerId } = press;
  const { outcome, said } = verdict;
  if (outcome === 'ordered' || isEcho || said.length === 0 || consumableId === null || customerId === null)
    return [];
  return [{ consumableId, customerId, outcome, said }];
}

/** The presses for one consumable of each customer: the next of theirs sees what this one spends. */
function onePerCustomer(presses: readonly Press[]): readonly Press[] {
  const first = new Map<string | null, string | null>();
  return presses.filter(({ customerId, consumableId }) => {
    if (!first.has(customerId)) first.set(customerId, consumableId);
    return first.get(customerId) === consumableId;
  });
}

/** Wanted now: there is no time to cancel in it, and it says who wanted it. */
const MARK = `UPDATE "order" SET origin = 'button', cancel_until = NULL WHERE id = ANY ($1::uuid[])`;

async function makeOrders(
  db: Queryable,
  answers: readonly Answer[],
  contexts: Contexts,
  now: Instant,
): Promise<void> {
  const orders = answers.flatMap(({ press, verdict, orderId }) => {
    const context = contexts.of.get(press.consumableId ?? '');
    const { proposal, said } = verdict;
    if (context === undefined || proposal === null || orderId === null) return [];
    const decision = decisionOf(verdict, now);
    const { sentence } = decision;
    return [{ id: orderId, proposal, context, decisionId: newId(), sentence, said, decision }];
  });
  if (orders.length === 0) return;
  await writeDecisions(
    db,
    orders.map(({ decisionId: id, decision, context }) => ({
      ...{ id, consumableId: context.about.consumableId, stage: 'evaluation' as const },
      ...{ decision, context: context.step },
    })),
  );
  const made = await writeOrders(db, orders, now);
  await db.query(MARK, [made.map(({ id }) => id)]);
  await tellNewOrders(db, made, orders, now);
  const counts = new Map<string, number>();
  for (const { context, proposal } of orders) {
    for (const key of scopesOf({ ...context.about, productId: proposal.offer.productId })) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  await countOrders(db, counts, now);
}

const REMEMBER = `
  WITH answered AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS t("eventId" uuid, "consumableId" uuid, "deviceId" uuid,
      "customerId" uuid, outcome text, "orderId" uuid, said jsonb)
  ), handled AS (
    UPDATE consumable_event e SET handled_at = $2 FROM answered WHERE e.id = answered."eventId"
  )
  INSERT INTO order_request (consumable_id, device_id, customer_id, source, at, outcome, order_id, said)
  SELECT "consumableId", "deviceId", "customerId", 'button', $2, outcome, (SELECT id FROM "order" WHERE id = "orderId"), said
  FROM answered`;

async function remember(db: Queryable, answers: readonly Answer[], now: Instant): Promise<void> {
  const rows = answers.map(({ press, verdict, orderId }) => {
    const { eventId, consumableId, deviceId, customerId } = press;
    return {
      eventId,
      consumableId,
      deviceId,
      customerId,
      orderId,
      outcome: verdict.outcome,
      said: verdict.said,
    };
  });
  await db.query(REMEMBER, [JSON.stringify(rows), new Date(now)]);
}

/** Longer than a device sleeps at most matters little: the answer is about a press of now. */
const ANSWER_COUNTS_FOR_MS = HOUR_MS;

/** A device with a light or a display can say what became of the press. */
async function tellDevices(db: Queryable, answers: readonly Answer[], at: Instant): Promise<void> {
  const commands = answers.flatMap(({ press, verdict }) =>
    press.key === null || press.customerId === null
      ? []
      : [
          {
            ...{ deviceId: press.deviceId, at, expiresAt: at + ANSWER_COUNTS_FOR_MS },
            command: {
              ...{ v: 1 as const, type: 'order-status' as const },
              ...{ consumable: press.key, status: verdict.outcome },
            },
          },
        ],
  );
  await enqueueCommands(db, commands);
}
