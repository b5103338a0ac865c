import type { z } from 'zod';
import { addressSchema, degreeDaysSchema } from '../../contracts/http/addresses.ts';
import { idParams } from '../../contracts/http/common.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transactAudited } from '../audit/within.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

type ReadAddress = (client: PoolClient, id: string) => Promise<z.output<typeof addressSchema>>;

const SET_DEGREE_DAYS = 'UPDATE address SET degree_days = $2 WHERE id = $1';
const LOOK_AGAIN_THERE = `
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT c.id, '{}', '{}', '{}', $2 FROM consumable c
  JOIN device d ON d.id = c.device_id
  JOIN model_slot s ON s.device_model_id = c.device_model_id AND s.key = c.key AND s.follows_weather
  WHERE d.address_id = $1`;
export function registerDegreeDays(
  app: Api,
  { database: { pool }, clock }: ApiDeps,
  read: ReadAddress,
): void {
  app.put(
    '/v1/addresses/:addressId/degree-days',
    operation({
      access: 'member',
      tag: 'Customers',
      summary: 'Say how cold it is there',
      description: 'What is used with the cold is forecast by it, and evaluated anew.',
      params: idParams('addressId'),
      body: degreeDaysSchema,
      response: { 200: addressSchema },
      problems: ['not-found'],
    }),
    ({ params: { addressId }, body: { degreeDays } }) =>
      transactAudited(pool, async (client) => {
        await client.query(SET_DEGREE_DAYS, [addressId, degreeDays ?? []]);
        await client.query(LOOK_AGAIN_THERE, [addressId, new Date(clock.now())]);
        return await read(client, addressId);
      }),
  );
}
