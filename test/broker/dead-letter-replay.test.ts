import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connectDevice,
  NOON,
  publish,
  registerDevices,
  startTestBroker,
  type TestBroker,
  type TestDevice,
  telemetryOf,
} from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let database: TestDatabase;
let broker: TestBroker;
let device: TestDevice;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
  broker = await startTestBroker(database);
  const [made] = await registerDevices(database, 1);
  if (made === undefined) throw new Error('no device');
  device = made;
});
afterAll(async () => {
  await broker.close();
  await database[Symbol.asyncDispose]();
});

const rows = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
const letters = () =>
  rows('SELECT reason, replay_at AS "replayAt", replayed_at AS "replayedAt" FROM dead_letter');
/** As the API does. */
const replay = () =>
  rows(
    `WITH marked AS (UPDATE dead_letter SET replay_at = $1 RETURNING id) SELECT pg_notify('dead_letter_replay', '') FROM marked`,
    new Date(NOON),
  );

/** Marks, and makes an obstacle that is there before the broker hears of it. */
const replayWith = async (obstacle: string) => {
  await rows(obstacle);
  await replay();
};

test('what could not be understood then is stored once it can be, as history', async () => {
  const client = await connectDevice(broker.port('mqtt'), device);
  await publish(client, device, telemetryOf({ consumables: { cyan: { level: 0.4 } } }));
  await client.endAsync();
  await eventually(async () => expect(await letters()).toHaveLength(1));

  // Still unknown: it stays, and says that it was tried.
  await replay();
  await eventually(async () =>
    expect(await letters()).toEqual([
      { reason: 'unknown-consumable', replayAt: null, replayedAt: new Date(NOON) },
    ]),
  );

  const [{ id } = { id: '' }] = await rows(
    `WITH slot AS (
       INSERT INTO model_slot (device_model_id, key, name, polarity, typical_life_days)
       SELECT device_model_id, 'cyan', 'Cyan', 'depletes', 60 FROM device WHERE id = $1 RETURNING device_model_id
     )
     INSERT INTO consumable (device_id, device_model_id, key, created_at)
     SELECT $1, device_model_id, 'cyan', $2 FROM slot RETURNING id`,
    device.id,
    new Date(NOON),
  );
  broker.clock.advanceTo(NOON + 3 * 86_400_000);
  await replay();
  await eventually(async () => expect(await letters()).toEqual([]));
  expect(await rows('SELECT level, historical, at FROM reading WHERE consumable_id = $1', id)).toEqual([
    { level: 0.4, historical: true, at: new Date(NOON) },
  ]);
  const announced = await rows('SELECT reading_at AS at FROM evaluation_queue WHERE consumable_id = $1', id);
  expect(announced).toEqual([{ at: [new Date(NOON)] }]);
});

test('a try that the database refuses is repeated without another call for it', async () => {
  const client = await connectDevice(broker.port('mqtt'), device);
  await publish(client, device, telemetryOf({ seq: 2, consumables: { brown: { level: 0.4 } } }));
  await client.endAsync();
  await eventually(async () => expect(await letters()).toHaveLength(1));
  // The broker finds the marked letter, and then that it may not write what became of it.
  await rows(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM nextval('refusals'); RAISE 'not now'; END $$`);
  await rows('CREATE SEQUENCE refusals');
  await replayWith(`CREATE TRIGGER refuse BEFORE UPDATE ON dead_letter FOR EACH ROW
    WHEN (OLD.replay_at IS NOT NULL) EXECUTE FUNCTION refuse()`);
  await eventually(async () =>
    expect(await rows('SELECT is_called FROM refusals')).toEqual([{ is_called: true }]),
  );
  await rows('DROP TRIGGER refuse ON dead_letter');
  await eventually(async () =>
    expect(await letters()).toMatchObject([{ replayAt: null, replayedAt: new Date(broker.clock.now()) }]),
  );
});
