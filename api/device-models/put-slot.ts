import type { z } from 'zod';
import type { slotProfileBody } from '../../contracts/http/device-models.ts';
import { CONSUMABLES_OF_DEVICES } from '../devices/new-consumables.ts';
import type { ApiDeps } from '../http/deps.ts';
import { notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

type SlotProfile = z.output<typeof slotProfileBody> & { deviceModelId: string; key: string };

const UPSERT_SLOT = `
  INSERT INTO model_slot (device_model_id, key, name, polarity, gauge_quantum, gauge_noise, unit, capacity,
    counter_key, yield_uses, typical_life_days, shelf_life_days, follows_weather)
  SELECT m.id, $2, $3, $4::polarity, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM device_model m WHERE m.id = $1
  ON CONFLICT (device_model_id, key) DO UPDATE SET name = excluded.name, polarity = excluded.polarity,
    gauge_quantum = excluded.gauge_quantum, gauge_noise = excluded.gauge_noise, unit = excluded.unit,
    capacity = excluded.capacity, counter_key = excluded.counter_key, yield_uses = excluded.yield_uses,
    typical_life_days = excluded.typical_life_days, shelf_life_days = excluded.shelf_life_days,
    follows_weather = excluded.follows_weather`;

const LOOK_AGAIN = `
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT id, '{}', '{}', '{}', $3 FROM consumable WHERE device_model_id = $1 AND key = $2`;

/** Adds or corrects a slot and what follows from it for every device of the model, set-wise. */
export async function putSlot({ database, clock }: ApiDeps, slot: SlotProfile): Promise<void> {
  const now = new Date(clock.now());
  const { deviceModelId, key } = slot;
  await transact(database.pool, async (client) => {
    const { rowCount } = await client.query(UPSERT_SLOT, [
      deviceModelId,
      key,
      slot.name,
      slot.polarity,
      slot.gaugeQuantum,
      slot.gaugeNoise,
      slot.unit,
      slot.capacity,
      slot.counterKey,
      slot.yieldUses,
      slot.typicalLifeDays,
      slot.shelfLifeDays,
      slot.followsWeather,
    ]);
    if (rowCount === 0) notFound('device model', deviceModelId);
    const devices = await client.query<{ id: string }>('SELECT id FROM device WHERE device_model_id = $1', [
      deviceModelId,
    ]);
    const ids = devices.rows.map(({ id }) => id);
    await client.query(CONSUMABLES_OF_DEVICES, [ids, ids.map(() => 'curated'), now]);
    await client.query(LOOK_AGAIN, [deviceModelId, key, now]);
  });
}
