import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from '../../platform/database.ts';

export interface BenchDevice {
  readonly id: string;
  readonly secret: string;
}

/** Devices of one model with one counted consumable each, registered set-wise. */
export async function registerFleet(pool: Pool, count: number, now: number): Promise<BenchDevice[]> {
  const createdAt = new Date(now);
  const model = await pool.query<{ id: string }>(
    `INSERT INTO device_model (make, model, family, created_at) VALUES ('Bench', $1, 'laser printer', $2) RETURNING id`,
    [randomBytes(4).toString('hex'), createdAt],
  );
  const modelId = model.rows[0]?.id;
  await pool.query(
    `INSERT INTO model_slot (device_model_id, key, name, counter_key, yield_uses, typical_life_days)
     VALUES ($1, 'black', 'Black toner', 'pages', 2000, 60)`,
    [modelId],
  );
  const customer = await pool.query<{ id: string }>(
    `INSERT INTO customer (name, time_zone, currency, created_at) VALUES ('Bench', 'Europe/Berlin', 'EUR', $1) RETURNING id`,
    [createdAt],
  );
  const secrets = Array.from({ length: count }, () => randomBytes(18).toString('base64url'));
  const byHash = new Map(secrets.map((secret) => [hash(secret).toString('hex'), secret]));
  const devices = await pool.query<{ id: string; hash: Buffer }>(
    `INSERT INTO device (device_model_id, customer_id, name, secret_hash, created_at)
     SELECT $1, $2, 'bench', hash, $4 FROM unnest($3::bytea[]) AS hash RETURNING id, secret_hash AS hash`,
    [modelId, customer.rows[0]?.id, secrets.map(hash), createdAt],
  );
  await pool.query(
    `WITH made AS (
       INSERT INTO consumable (device_id, device_model_id, customer_id, key, created_at)
       SELECT id, device_model_id, customer_id, 'black', $2 FROM device WHERE device_model_id = $1 RETURNING id
     )
     INSERT INTO consumable_state (consumable_id, evaluate_at) SELECT id, $2::timestamptz + interval '1 day' FROM made`,
    [modelId, createdAt],
  );
  await pool.query('ANALYZE');
  return devices.rows.map((row) => ({ id: row.id, secret: byHash.get(row.hash.toString('hex')) ?? '' }));
}

const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
