import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildApi } from '../../../api/build-api.ts';
import type { ManualClock } from '../../../platform/clock.ts';
import { brokerConfig, NOON, startTestBroker } from '../../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { silentLog } from '../../support/log.ts';

export const TOKEN = 'token-of-the-api-for-bridge-tests';

export interface TestPlatform extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  readonly mqttPort: number;
  readonly apiUrl: string;
  /** Readings of a device, oldest first. */
  readonly readings: (deviceId: string) => Promise<readonly StoredReading[]>;
  /** Events of a device, oldest first. */
  readonly events: (deviceId: string) => Promise<readonly StoredEvent[]>;
}

interface StoredEvent {
  readonly type: string;
  readonly historical: boolean;
}

interface StoredReading {
  readonly key: string;
  readonly at: Date;
  readonly level: number | null;
  readonly kind: string;
  readonly useCounter: number | null;
  readonly historical: boolean;
}

const READINGS = `
  SELECT c.key, r.at, r.level, r.level_kind AS kind, r.use_counter AS "useCounter", r.historical
  FROM reading r JOIN consumable c ON c.id = r.consumable_id WHERE c.device_id = $1 ORDER BY r.at, r.seq, c.key`;

/** A real broker and a real API over one database, on free ports. */
export async function startTestPlatform(): Promise<TestPlatform> {
  const database = await createTestDatabase(NOON);
  const broker = await startTestBroker(database);
  const { clock, metrics } = broker;
  const api = await buildApi({
    database,
    clock,
    metrics,
    log: silentLog,
    config: brokerConfig(),
    apiToken: TOKEN,
  });
  await api.ready();
  api.server.listen(0, '127.0.0.1');
  await once(api.server, 'listening');
  return {
    database,
    clock,
    mqttPort: broker.port('mqtt'),
    apiUrl: `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`,
    readings: async (deviceId) => (await database.pool.query<StoredReading>(READINGS, [deviceId])).rows,
    events: async (deviceId) =>
      (
        await database.pool.query<StoredEvent>(
          'SELECT type, historical FROM consumable_event WHERE device_id = $1 ORDER BY at, seq',
          [deviceId],
        )
      ).rows,
    [Symbol.asyncDispose]: async () => {
      await broker.close();
      await api.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
