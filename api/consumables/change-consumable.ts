import type { z } from 'zod';
import type { consumablePatchSchema, shelfCountEventSchema } from '../../contracts/http/consumables.ts';
import { inWords, told } from '../../core/phrases/in-words.ts';
import { type Language, say } from '../../core/phrases/phrase.ts';
import type { Strategy } from '../../core/types.ts';
import type { PoolClient } from '../../platform/database.ts';
import { PROPOSAL_LIFE_MS, proposeOrders } from '../../platform/messages/order-messages.ts';
import { lookAgain, transitionOrder } from '../../platform/order-store.ts';
import { transactAudited } from '../audit/within.ts';
import type { ApiDeps } from '../http/deps.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { countSpares } from '../orders/count-spares.ts';
import { loadLadder, refusalOf } from '../strategies/read-ladder.ts';

const FITS = `
  SELECT FROM product_fit f JOIN consumable c ON c.device_model_id = f.device_model_id AND c.key = f.slot_key
  WHERE c.id = $1 AND f.product_id = $2`;

/** `$4`: whether to set the product, which may also be set to null. */
const CHANGE = `
  UPDATE consumable SET strategy = coalesce($2::strategy, strategy),
    paused_at = CASE WHEN $2 IS NULL THEN paused_at END, paused_reason = CASE WHEN $2 IS NULL THEN paused_reason END,
    product_id = CASE WHEN $4 THEN $3::uuid ELSE product_id END
  WHERE id = $1`;

/** The customer has chosen: what was suggested for the strategy before is answered. */
const END_SUGGESTION = `
  UPDATE suggestion SET ended_at = $2 WHERE consumable_id = $1 AND dismissed_at IS NULL AND ended_at IS NULL`;

/** Announced under a consent, by the rules; what the customer approved by hand has no consent. */
const ANNOUNCED_BY_ITSELF = `
  SELECT id FROM "order" WHERE consumable_id = $1 AND status = 'announced' AND consent_id IS NOT NULL
  FOR NO KEY UPDATE`;

/** From now on it rests on what the customer says to it, not on the standing consent. */
const UNBIND = 'UPDATE "order" SET consent_id = NULL WHERE id = ANY ($1::uuid[])';

/**
 * Changes strategy or product, and has the consumable evaluated anew. When the customer takes the
 * autonomy back, an order that was announced without being asked for becomes a question.
 */
export async function changeConsumable(
  { database, clock, metrics }: ApiDeps,
  id: string,
  { strategy, productId }: z.output<typeof consumablePatchSchema>,
  language: Language,
): Promise<void> {
  const now = clock.now();
  const demoted = await transactAudited(database.pool, async (client) => {
    if (productId != null) {
      const { rowCount } = await client.query(FITS, [id, productId]);
      if (rowCount === 0) await refuseProduct(client, id);
    }
    if (strategy !== undefined) await checkLadder(client, id, strategy, { now, language });
    const values = [id, strategy ?? null, productId ?? null, productId !== undefined];
    const { rowCount } = await client.query(CHANGE, values);
    if (rowCount === 0) notFound('consumable', id);
    await lookAgain(client, [id], now);
    if (strategy === undefined || strategy === 'automatic') return 0;
    const { rows } = await client.query<{ id: string }>(ANNOUNCED_BY_ITSELF, [id]);
    for (const order of rows) {
      const why = told(say('order-strategy-changed'));
      await transitionOrder(client, {
        orderId: order.id,
        to: 'proposed',
        at: now,
        actor: 'customer',
        dueAt: now + PROPOSAL_LIFE_MS,
        ...why,
      });
    }
    await client.query(UNBIND, [rows.map((order) => order.id)]);
    const asked = rows.map((order) => ({ orderId: order.id, because: 'prepared' as const }));
    await proposeOrders(client, asked, now);
    return rows.length;
  });
  metrics.orders.inc({ status: 'proposed' }, demoted);
}

/** A step up the ladder that is not open is refused with its reason; a step down always is open. */
async function checkLadder(
  client: PoolClient,
  id: string,
  wanted: Strategy,
  { now, language }: { readonly now: number; readonly language: Language },
): Promise<void> {
  const row = (await loadLadder(client, id, now)) ?? notFound('consumable', id);
  const refusal = refusalOf(row, wanted);
  if (refusal !== null) throw new ApiProblem('strategy-unavailable', { reason: inWords(refusal, language) });
  await client.query(END_SUGGESTION, [id, new Date(now)]);
}

async function refuseProduct(
  client: { query: (text: string, values: unknown[]) => Promise<{ rowCount: number | null }> },
  id: string,
) {
  const { rowCount } = await client.query('SELECT FROM consumable WHERE id = $1', [id]);
  if (rowCount === 0) notFound('consumable', id);
  throw new ApiProblem('does-not-fit', {});
}

export async function countShelf(
  { database, clock }: ApiDeps,
  consumableId: string,
  quantity: number,
): Promise<z.output<typeof shelfCountEventSchema>> {
  const counted = await countSpares(database.pool, consumableId, quantity, clock.now());
  return counted ?? notFound('consumable', consumableId);
}
