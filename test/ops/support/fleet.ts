import { inTransaction, type PoolClient } from '../../../platform/database.ts';
import { NOW, type TestApi, type World } from '../../api/support.ts';

export const ROWS = 100_000;

/** A customer each, a device each, a consumable each, an order each; set-wise. */
export async function fill({ database }: TestApi, world: World): Promise<void> {
  await inTransaction(database.pool, (db) => insertAll(db, world));
  await database.pool.query('VACUUM ANALYZE');
}

async function insertAll(db: PoolClient, world: World): Promise<void> {
  // What is inserted here fits together: no need to check it row by row, nor to tell anybody.
  await db.query('SET LOCAL session_replication_role = replica');
  await db.query(
    `WITH people AS (
       INSERT INTO customer (name, email, time_zone, currency, created_at)
       SELECT 'Customer ' || md5(n::text), 'c' || n || '@example.org', 'UTC', 'EUR', $3
       FROM generate_series(1, ${ROWS}) AS n RETURNING id, email
     ), machines AS (
       INSERT INTO device (customer_id, device_model_id, name, serial, presence, presence_at, created_at)
       SELECT id, $1, 'Printer', 'SN-' || email, CASE WHEN random() < 0.1 THEN 'offline' ELSE 'online' END::presence,
         $3::timestamptz - random() * interval '30 days', $3 FROM people RETURNING id, customer_id
     ), slots AS (
       INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, created_at)
       SELECT id, $1, 'black', customer_id, $2, $3 FROM machines RETURNING id
     )
     INSERT INTO consumable_state (consumable_id, evaluate_at, level, level_at, run_out_p10, run_out_p50, run_out_p90)
     SELECT id, $3, random(), $3, $3::timestamptz + random() * interval '100 days',
       $3::timestamptz + random() * interval '300 days', $3::timestamptz + interval '400 days' FROM slots`,
    [world.modelId, world.productId, new Date(NOW)],
  );
  await db.query(
    `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
       unit_price_minor, total_minor, currency, created_at, due_at, placed_at, accepted_at, delivered_at)
     SELECT customer_id, id, $1, $2, s.status, 1, 1, 5000, (random() * 90000)::int, 'EUR', s.at,
       CASE WHEN s.status = 'announced' THEN s.at + interval '1 day' END, s.at, s.at, s.at + interval '3 days'
     FROM consumable CROSS JOIN LATERAL (
       SELECT CASE WHEN random() < 0.01 THEN 'announced' WHEN random() < 0.1 THEN 'cancelled' ELSE 'installed' END::order_status AS status,
         $3::timestamptz - random() * interval '300 days' + 0 * length(key) * interval '1 s' AS at
     ) s WHERE customer_id IS NOT NULL`,
    [world.productId, world.merchantId, new Date(NOW)],
  );
}
