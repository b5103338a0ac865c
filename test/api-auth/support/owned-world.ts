import { randomUUID } from 'node:crypto';
import { seedConsumable } from '../../support/seed.ts';
import { NOW, type ServedApi } from './served-api.ts';

/** One of everything that a customer can own, by the names that the API has for it. */
export type OwnedWorld = Readonly<Record<string, string>>;

export async function seedOwnedWorld({ database }: Pick<ServedApi, 'database'>): Promise<OwnedWorld> {
  const { pool } = database;
  const seeded = await seedConsumable(database, NOW);
  const { customerId, deviceId, consumableId, productId, merchantId } = seeded;
  const at = new Date(NOW);
  const ids = {
    consentId: randomUUID(),
    holdId: randomUUID(),
    orderId: randomUUID(),
    decisionId: randomUUID(),
    invitationId: randomUUID(),
    addressId: randomUUID(),
  };
  await pool.query(
    `INSERT INTO consent (id, customer_id, purpose, consumable_id, version, text, text_hash, language, method, actor, granted_at)
     VALUES ($1, $2, 'telemetry', $3, '1', 'text', 'hash', 'en', 'test', 'test', $4)`,
    [ids.consentId, customerId, consumableId, at],
  );
  await pool.query(
    `INSERT INTO hold (id, customer_id, device_id, starts_on, created_at) VALUES ($1, $2, $3, '2026-12-01', $4)`,
    [ids.holdId, customerId, deviceId, at],
  );
  await pool.query(
    `INSERT INTO decision (id, consumable_id, at, stage, outcome, sentence, inputs, gates)
     VALUES ($1, $2, $3, 'evaluation', 'wait', 'Enough.', '{}', '[]')`,
    [ids.decisionId, consumableId, at],
  );
  await pool.query(
    `INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
       unit_price_minor, total_minor, currency, created_at)
     VALUES ($1, $2, $3, $4, $5, 'proposed', 1, 1, 5000, 5000, 'EUR', $6)`,
    [ids.orderId, customerId, consumableId, productId, merchantId, at],
  );
  await pool.query(
    `INSERT INTO invitation (id, customer_id, email, role, token_hash, invited_by, created_at, expires_at)
     VALUES ($1, $2, 'x@example.org', 'viewer', $3, 'test', $4, $4)`,
    [ids.invitationId, customerId, Buffer.from(randomUUID()), at],
  );
  await pool.query(
    `INSERT INTO address (id, customer_id, name, recipient, street, postal_code, city, country, created_at)
     VALUES ($1, $2, 'Home', 'R', 'S 1', '1', 'C', 'DE', $3)`,
    [ids.addressId, customerId, at],
  );
  return { ...seeded, ...ids, slotKey: 'black' };
}
