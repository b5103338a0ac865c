import type { z } from 'zod';
import type { orderActionSchema } from '../../contracts/http/orders.ts';
import { transactAudited } from '../audit/within.ts';
import { actsFor, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { type Act, actOnOrder } from './acts.ts';

type Said = Pick<z.output<typeof orderActionSchema>, 'reason' | 'actingFor'>;

/** Carries out what somebody who is signed in decided about an order. */
export async function decideOrder(
  { database, clock, metrics }: ApiDeps,
  orderId: string,
  act: Act,
  { reason, actingFor }: Said,
  caller: Caller,
): Promise<void> {
  const now = clock.now();
  const by = { actor: actsFor(caller, actingFor), reason };
  const entered = await transactAudited(database.pool, (client) => actOnOrder(client, orderId, act, by, now));
  if (entered !== null) metrics.orders.inc({ status: entered });
}
