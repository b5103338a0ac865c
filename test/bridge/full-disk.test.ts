import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Uplink } from '../../bridge/uplink/uplink.ts';
import { NOON, registerDevices, startTestBroker } from '../support/broker.ts';
import { createTestDatabase } from '../support/database.ts';
import { silentLog } from '../support/log.ts';
import { temporaryFolder } from './support/config.ts';

test('a file that cannot be written any more costs repetitions, not the bridge', async () => {
  await using folder = await temporaryFolder();
  await using database = await createTestDatabase(NOON);
  await using broker = await startTestBroker(database);
  const file = join(folder.path, 'buffer', 'device.jsonl');
  // Where the file would be written anew, so that each attempt fails, as on a disk that is full.
  mkdirSync(`${file}.new`, { recursive: true });
  const [device] = await registerDevices(database, 1);
  if (device === undefined) throw new Error('no device');
  const at = new Date(broker.clock.now()).toISOString();
  const readings = Array.from(
    { length: 20 },
    (_, n) => ({ v: 1, at, seq: 100 + n, consumables: { black: { level: 0.5 } } }) as const,
  );
  const bytes = readings.reduce(
    (sum, body) => sum + JSON.stringify({ kind: 'telemetry', body }).length + 1,
    0,
  );
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const uplink = new Uplink({
    client: {
      url: `mqtt://127.0.0.1:${broker.port('mqtt')}`,
      deviceId: device.id,
      secret: device.secret,
      random: () => 0.5,
    },
    file,
    // All of them fit; what strikes the last of them out does not.
    limits: { maxMessages: 1000, maxBytes: bytes },
    historicalAfterMs: 60_000,
    clock: broker.clock,
    log: silentLog,
  });
  for (const reading of readings) uplink.telemetry(reading);
  await uplink.delivered();
  await uplink.close();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  const stored = await database.pool.query('SELECT FROM reading WHERE consumable_id = $1', [
    device.consumables.get('black'),
  ]);
  expect(stored.rowCount).toBe(readings.length);
});
