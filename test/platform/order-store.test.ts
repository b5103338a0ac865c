import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTransition, TRANSITIONS } from '../../core/order-lifecycle.ts';
import type { OrderStatus } from '../../core/types.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { seedConsumable } from '../support/seed.ts';

const NOW = Date.UTC(2026, 10, 21);
const STATUSES = Object.keys(TRANSITIONS) as OrderStatus[];

describe('transitionOrder', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(NOW);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  async function orderIn(status: OrderStatus): Promise<string> {
    const { customerId, consumableId, productId, merchantId } = await seedConsumable(database, NOW);
    const id = randomUUID();
    await database.pool.query(
      `INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, 2, 4, 1000, 2000, 'EUR', $7)`,
      [id, customerId, consumableId, productId, merchantId, status, new Date(NOW)],
    );
    return id;
  }

  const rowsOf = async (sql: string, id: string) => (await database.pool.query(sql, [id])).rows;

  test('moves along the lifecycle from every status, and no other way', async () => {
    for (const from of STATUSES) {
      for (const to of STATUSES) {
        const orderId = await orderIn(from);
        const moved = await transitionOrder(database.pool, {
          orderId,
          to,
          at: NOW,
          actor: 'worker',
          reason: null,
        });
        const [order] = await rowsOf('SELECT status FROM "order" WHERE id = $1', orderId);
        const history = await rowsOf(
          'SELECT from_status, to_status FROM order_history WHERE order_id = $1',
          orderId,
        );
        const allowed = canTransition(from, to);
        expect([from, to, moved !== null, order.status]).toEqual([from, to, allowed, allowed ? to : from]);
        expect(history).toEqual(allowed ? [{ from_status: from, to_status: to }] : []);
      }
    }
  });

  test('a delivery becomes stock of the consumable and asks for a new look, once', async () => {
    const orderId = await orderIn('shipped');
    const deliver = () =>
      transitionOrder(database.pool, { orderId, to: 'delivered', at: NOW, actor: 'merchant', reason: null });
    const outcomes = await Promise.all([deliver(), deliver(), deliver()]);
    expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1);
    const events = await rowsOf('SELECT type, quantity FROM consumable_event WHERE order_id = $1', orderId);
    expect(events).toEqual([{ type: 'delivered', quantity: 4 }]);
    const queued = await rowsOf(
      `SELECT q.event_ids FROM evaluation_queue q JOIN consumable_event e ON e.id = ANY (q.event_ids) WHERE e.order_id = $1`,
      orderId,
    );
    expect(queued).toHaveLength(1);
  });
});
