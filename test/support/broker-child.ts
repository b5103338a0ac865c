import { buildBroker } from '../../broker/build-broker.ts';
import { IngestConnection } from '../../broker/ingest-connection.ts';
import type { ReadingStore } from '../../broker/ingest-queue.ts';
import type { PreparedStatement } from '../../broker/ingest-sql.ts';
import { systemClock } from '../../platform/clock.ts';
import { parseConfig } from '../../platform/config.ts';
import { openDatabase } from '../../platform/database.ts';
import { createLog } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';

/**
 * A broker in a process of its own, to be killed: `ready` when built; listens when told `{ listen: port }`
 * and answers `listening`; closes when told `close` and answers `closed`. NEVEROUT_EARLY_ACK makes it the
 * control: it acknowledges before the commit.
 */
const config = parseConfig(process.env);
const log = createLog('silent', false);
const database = openDatabase({ url: config.DATABASE_URL ?? '', connections: 4, log });
const real = new IngestConnection(database.url);

/** What DESIGN §4.1 forbids. */
function acknowledgeEarly(): ReadingStore {
  let behind: Promise<unknown> = Promise.resolve();
  return {
    store: (statement: PreparedStatement) => {
      behind = behind.then(() => real.store(statement));
      return Promise.resolve({ readings: 0, events: 0 });
    },
    makePartitions: (instants) => real.makePartitions(instants),
  };
}

const store: ReadingStore =
  process.env['NEVEROUT_EARLY_ACK'] === undefined
    ? { store: real.store.bind(real), makePartitions: real.makePartitions.bind(real) }
    : acknowledgeEarly();
const broker = await buildBroker(
  { database, clock: systemClock, config, log, metrics: createMetrics() },
  { ...store, close: () => real.close() },
);

process.on('message', (message: { listen: number } | 'close') => {
  if (message === 'close') {
    void broker.close().then(() => process.send?.('closed'));
    return;
  }
  for (const { server } of broker.listeners) {
    server.listen(message.listen, '127.0.0.1', () => process.send?.('listening'));
  }
});
// Never outlives the test that started it.
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
