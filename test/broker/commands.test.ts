import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deviceCommandSchema, topicOf } from '../../contracts/mqtt.ts';
import { transitionOrders } from '../../platform/order-store.ts';
import {
  connectDevice,
  countOf,
  NOON,
  registerDevices,
  sendCommand,
  startTestBroker,
  type TestBroker,
  type TestDevice,
} from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { connectPacket, RawMqtt } from '../support/raw-mqtt.ts';

const DAY_MS = 86_400_000;

describe('commands to devices', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let device: TestDevice;
  beforeAll(async () => {
    database = await createTestDatabase(NOON);
    broker = await startTestBroker(database);
  });
  beforeEach(async () => {
    const [made] = await registerDevices(database, 1);
    if (made === undefined) throw new Error('no device');
    device = made;
  });
  afterAll(async () => {
    await broker.close();
    await database[Symbol.asyncDispose]();
  });

  const rows = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
  /** Connects and listens; answers what was heard so far. */
  const listen = async (at = broker, qos: 0 | 1 = 1) => {
    const client = await connectDevice(at.port('mqtt'), device);
    // biome-ignore lint/suspicious/noExplicitAny: payloads of every kind
    const heard: any[] = [];
    client.on('message', (_topic, payload) => heard.push(JSON.parse(String(payload))));
    await client.subscribeAsync(topicOf(device.id, 'command'), { qos });
    return { client, heard, until: (count: number) => eventually(() => expect(heard).toHaveLength(count)) };
  };
  const delivered = (count: number) =>
    eventually(async () =>
      expect(
        await rows('SELECT FROM device_command WHERE device_id = $1 AND delivered_at IS NOT NULL', device.id),
      ).toHaveLength(count),
    );

  /** An order for the device's black toner, placed and accepted. */
  const order = async () => {
    const [made] = await rows(
      `WITH c AS (
         INSERT INTO customer (name, time_zone, currency, created_at) VALUES ('C', 'UTC', 'EUR', $2) RETURNING id
       ), m AS (
         INSERT INTO merchant (name, base_url, api_key, webhook_secret, created_at)
         VALUES (gen_random_uuid()::text, '', '', '', $2) RETURNING id
       ), p AS (
         INSERT INTO product (merchant_id, sku, name, unit_price_minor, currency, created_at)
         SELECT id, 'S', 'P', 1, 'EUR', $2 FROM m RETURNING id, merchant_id
       )
       INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at)
       SELECT c.id, $1, p.id, p.merchant_id, 'placing', 1, 1, 1, 1, 'EUR', $2 FROM c, p RETURNING id`,
      device.consumables.get('black'),
      new Date(NOON),
    );
    return made.id as string;
  };
  const move = (orderId: string, to: 'accepted' | 'shipped' | 'delivered') =>
    transitionOrders(database.pool, [
      {
        orderId,
        to,
        at: NOON,
        actor: 'merchant',
        reason: null,
        arrivesFrom: '2026-11-24',
        arrivesTo: '2026-11-25',
      },
    ]);

  test('tell a device that is there what becomes of its order, and are known to have arrived', async () => {
    const { client, heard, until } = await listen();
    const before = await countOf(broker.metrics.commandsDelivered);
    const orderId = await order();
    await move(orderId, 'accepted');
    await until(1);
    await move(orderId, 'shipped');
    await until(2);
    const dates = { consumable: 'black', arrivesFrom: '2026-11-24', arrivesTo: '2026-11-25' };
    expect(heard).toEqual([
      { v: 1, type: 'order-status', status: 'accepted', ...dates },
      { v: 1, type: 'order-status', status: 'shipped', ...dates },
    ]);
    for (const command of heard) expect(deviceCommandSchema.safeParse(command).success).toBe(true);
    await delivered(2);
    expect((await countOf(broker.metrics.commandsDelivered)) - before).toBe(2);
    await client.endAsync();
  });

  test('wait for a device that is away, the newest of an order in the place of the others', async () => {
    const orderId = await order();
    for (const to of ['accepted', 'shipped', 'delivered'] as const) await move(orderId, to);
    await sendCommand(database, device.id, 'clean the glass');
    const { client, heard, until } = await listen();
    await until(2);
    expect(heard).toMatchObject([{ status: 'delivered' }, { hint: 'clean the glass' }]);
    await delivered(2);
    await client.endAsync();
    // What has arrived is not told twice.
    const again = await listen();
    await sendCommand(database, device.id, 'and again');
    await again.until(1);
    expect(again.heard).toMatchObject([{ hint: 'and again' }]);
    await again.client.endAsync();
  });

  test('are brought by whichever broker has the device', async () => {
    await using other = await startTestBroker(database);
    const { client, until } = await listen(other);
    await sendCommand(database, device.id, 'from elsewhere');
    await until(1);
    await delivered(1);
    await client.endAsync();
  });

  test('expire by the clock', async () => {
    await sendCommand(database, device.id, 'too late', NOON);
    await sendCommand(database, device.id, 'in time', NOON + DAY_MS);
    const { client, heard, until } = await listen();
    await until(1);
    expect(heard).toMatchObject([{ hint: 'in time' }]);
    await client.endAsync();
  });

  test('come in their order, more than can be on their way at once', async () => {
    for (let n = 0; n < 50; n += 1) await sendCommand(database, device.id, String(n));
    const { client, heard, until } = await listen();
    await until(50);
    expect(heard.map(({ hint }) => hint)).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
    await delivered(50);
    await client.endAsync();
  });

  test('go on when a device that did not read its socket reads again', async () => {
    const raw = await RawMqtt.open(broker.port('mqtt'));
    const subscriptions = [{ topic: topicOf(device.id, 'command'), qos: 0 as const }];
    raw.send(connectPacket(device), { cmd: 'subscribe', messageId: 1, subscriptions });
    await raw.until('suback');
    raw.socket.pause();
    // More than the sockets of both sides hold.
    const hint = 'x'.repeat(200_000);
    for (let n = 0; n < 80; n += 1) await sendCommand(database, device.id, hint);
    const waiting = () =>
      rows('SELECT FROM device_command WHERE device_id = $1 AND delivered_at IS NULL', device.id);
    // It is known to be full: some were taken and not written.
    await eventually(async () =>
      expect(
        await rows(
          'SELECT FROM device_command WHERE device_id = $1 AND sent_at IS NOT NULL AND delivered_at IS NULL',
          device.id,
        ),
      ).not.toHaveLength(0),
    );
    expect(await waiting()).not.toHaveLength(0);
    raw.socket.resume();
    await raw.until('publish', 80);
    await delivered(80);
    raw.end();
  });

  test('reach a device that asked for no acknowledgement', async () => {
    const { client, until } = await listen(broker, 0);
    await sendCommand(database, device.id, 'clean');
    await until(1);
    await delivered(1);
    await client.endAsync();
  });

  test('reach it all, also more than are looked up at once', async () => {
    for (let n = 0; n < 50; n += 1) await sendCommand(database, device.id, String(n));
    const { client, heard, until } = await listen(broker, 0);
    await until(50);
    expect(heard.map(({ hint }) => hint)).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
    await delivered(50);
    await client.endAsync();
  });

  test('are not overlooked when they come while others are being looked up', async () => {
    await sendCommand(database, device.id, 'first');
    const locking = await database.pool.connect();
    const hearing = await database.pool.connect();
    const told = new Promise((heard) => hearing.once('notification', heard));
    try {
      await hearing.query('LISTEN device_command');
      await locking.query('BEGIN');
      await locking.query('SELECT FROM device_command WHERE device_id = $1 FOR UPDATE', [device.id]);
      // No acknowledgement would make it look again.
      const { client, heard, until } = await listen(broker, 0);
      // The broker asks what waits, and has seen that the first is all.
      await eventually(async () =>
        expect(
          await rows(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
          AND datname = current_database() AND query LIKE '%device_command%'`),
        ).toHaveLength(1),
      );
      await sendCommand(database, device.id, 'second');
      await told;
      await locking.query('COMMIT');
      await until(2);
      expect(heard).toMatchObject([{ hint: 'first' }, { hint: 'second' }]);
      await client.endAsync();
    } finally {
      await hearing.query('UNLISTEN *');
      hearing.release();
      locking.release();
    }
  });

  test('have no word for taking a function away', async () => {
    for (const type of ['disable', 'lock', 'stop']) {
      const insert = rows(
        `INSERT INTO device_command (device_id, type, payload, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $4)`,
        device.id,
        type,
        JSON.stringify({ v: 1, type }),
        new Date(NOON),
      );
      await expect(insert, type).rejects.toThrow('device_command_type_check');
      expect(deviceCommandSchema.safeParse({ v: 1, type }).success).toBe(false);
    }
    // Nor does one pass under another's name.
    await expect(
      rows(
        `INSERT INTO device_command (device_id, type, payload, created_at, expires_at)
         VALUES ($1, 'maintenance', '{"type": "disable"}', $2, $2)`,
        device.id,
        new Date(NOON),
      ),
    ).rejects.toThrow('device_command_type_check');
  });
});
