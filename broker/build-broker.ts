import { Door } from './admission.ts';
import { clockLimitsOf } from './clock-check.ts';
import { CommandDelivery } from './command-delivery.ts';
import { DeadLetterReplay } from './dead-letter-replay.ts';
import { DeadLetters } from './dead-letters.ts';
import type { BrokerDeps } from './deps.ts';
import { DeviceChanges } from './device-changes.ts';
import { DeviceLookup } from './device-lookup.ts';
import type { DeviceRouter } from './device-router.ts';
import { Fleet } from './fleet.ts';
import { IngestConnection } from './ingest-connection.ts';
import { IngestQueue, type ReadingStore } from './ingest-queue.ts';
import { type Listener, makeListeners } from './listeners.ts';
import { PresenceWriter } from './presence.ts';
import type { PublishDeps } from './publish-handler.ts';
import { KeyedLimiter } from './rate-limit.ts';
import { Reception } from './reception.ts';
import { startRouter } from './start-router.ts';

/** What may wait for a commit, of all devices together: a minute without database at 1,000 messages/s. */
const MAX_PENDING_BYTES = 96 * 1024 * 1024;
/** How long a closing broker waits for the database, and for its answers to leave. */
const FINISH_WITHIN_MS = 10_000;
const FLUSH_WITHIN_MS = 1_000;
/** Devices remembered for their connection rate. */
const MAX_REMEMBERED_DEVICES = 50_000;

export interface Broker {
  /** For the composition root to open: the broker itself never listens. */
  readonly listeners: readonly Listener[];
  /** Stops accepting, stores and acknowledges what is in flight, closes. */
  readonly close: () => Promise<void>;
}

/** Everything that runs inside the broker; the test controls replace the store. */
export async function buildBroker(
  deps: BrokerDeps,
  store: ReadingStore & { close: () => void } = new IngestConnection(deps.database.url),
): Promise<Broker> {
  const { database, clock, config, log, metrics } = deps;
  const door = new Door(
    { maxConnections: config.MQTT_MAX_CONNECTIONS, failuresPerMinute: config.MQTT_CONNECTIONS_PER_MINUTE },
    metrics,
  );
  const lookup = new DeviceLookup(database.pool);
  const presence = new PresenceWriter({ pool: database.pool, clock, log });
  const commands = new CommandDelivery({ pool: database.pool, clock, log, metrics });
  const deadLetters = new DeadLetters({ pool: database.pool, log, metrics });
  const fleet = new Fleet({ lookup, presence, log, messagesPerSecond: config.MQTT_MESSAGES_PER_SECOND });
  const ingest: IngestQueue = new IngestQueue({
    store,
    clock,
    log,
    metrics,
    maxPendingBytes: MAX_PENDING_BYTES,
    onRoom: () => reception.wakeAll(),
  });
  const attempts = new KeyedLimiter(config.MQTT_CONNECTIONS_PER_MINUTE, MAX_REMEMBERED_DEVICES);
  const clockLimits = clockLimitsOf(config.CLOCK_LIMIT_MINUTES, config.READING_RETENTION_MONTHS);
  const publishing: PublishDeps = { clock, clockLimits, metrics, ingest, deadLetters, fleet };
  const reception = new Reception({
    authentication: { lookup, attempts },
    surroundings: surroundingsOf(deps, ingest, deadLetters),
    door,
    fleet,
    presence,
    commands,
    metrics,
    log,
  });
  const router = await startRouter(reception, publishing, commands);
  const replay = new DeadLetterReplay({ pool: database.pool, clock, clockLimits, log, lookup, ingest });
  const changes = listenForChanges(deps, { lookup, fleet, commands, replay });
  const listeners = makeListeners(config, {
    mayEnter: door.mayEnter,
    onConnection: (accepted) => reception.accept(accepted, (conn) => router.handle(conn)),
    onError: (error) => log.error({ err: error }, 'a listener of the broker failed'),
  });
  return {
    listeners,
    close: () =>
      closeBroker({
        door,
        listeners,
        reception,
        ingest,
        changes,
        router,
        store,
        presence,
        deadLetters,
        commands,
        replay,
      }),
  };
}

function listenForChanges(
  { database, log }: BrokerDeps,
  {
    lookup,
    fleet,
    commands,
    replay,
  }: Pick<Parts, 'commands' | 'replay'> & {
    readonly lookup: DeviceLookup;
    readonly fleet: Fleet;
  },
): DeviceChanges {
  const changes = new DeviceChanges({
    url: database.url,
    log,
    onChange: (deviceId) => {
      lookup.markStale(deviceId);
      fleet.refresh(deviceId);
    },
    onCommand: (deviceId) => commands.want(deviceId),
    onLeft: (deviceIds) => fleet.contradict(deviceIds),
    onReplay: () => replay.want(),
    onGap: () => {
      lookup.markStale(null);
      fleet.refreshAll();
      fleet.reassure();
      commands.wantAll();
      replay.want();
    },
  });
  changes.start();
  return changes;
}

interface Parts {
  readonly door: Door;
  readonly listeners: readonly Listener[];
  readonly reception: Reception;
  readonly ingest: IngestQueue;
  readonly changes: DeviceChanges;
  readonly router: DeviceRouter;
  readonly store: { readonly close: () => void };
  readonly presence: PresenceWriter;
  readonly deadLetters: DeadLetters;
  readonly commands: CommandDelivery;
  readonly replay: DeadLetterReplay;
}

async function closeBroker(parts: Parts): Promise<void> {
  const { door, listeners, reception, ingest, changes, router, store, presence, deadLetters } = parts;
  const { commands, replay } = parts;
  door.close();
  for (const { server } of listeners) server.close();
  reception.stop();
  replay.stop();
  await withinTime(ingest.drained(), FINISH_WITHIN_MS);
  ingest.abandon();
  await withinTime(flushAnswers(reception), FLUSH_WITHIN_MS);
  await changes.close();
  await new Promise<void>((done) => router.close(done));
  door.clear();
  store.close();
  await Promise.all([presence.close(), deadLetters.close(), commands.close(), replay.close()]);
}

function surroundingsOf(
  { config, clock, metrics }: BrokerDeps,
  ingest: IngestQueue,
  deadLetters: DeadLetters,
) {
  return {
    maxPacketBytes: config.MQTT_MAX_PAYLOAD_BYTES,
    hasRoom: () => !ingest.full,
    onThrottled: (_: unknown, packets: number) => metrics.messagesThrottled.inc(packets),
    onFault: (connection: Parameters<Fleet['leave']>[1], fault: 'too-large' | 'malformed') => {
      if (fault === 'malformed') {
        metrics.connectionsRefused.inc({ reason: 'malformed' });
        return;
      }
      deadLetters.add({
        reason: 'too-large',
        detail: `a packet of more than ${config.MQTT_MAX_PAYLOAD_BYTES} bytes`,
        receivedAt: clock.now(),
        deviceId: connection.connected?.device.id ?? null,
        clientId: connection.clientId,
        topic: null,
        payload: null,
      });
    },
  };
}

/** Sends what is written, and tells the devices that nothing follows, before the connections are cut. */
async function flushAnswers(reception: Reception): Promise<void> {
  const flushed = reception.connections.map(
    ({ conn }) =>
      new Promise<void>((done) => {
        conn.once('close', done);
        conn.end(done);
      }),
  );
  await Promise.all(flushed);
}

function withinTime(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    const finish = () => {
      clearTimeout(timer);
      done();
    };
    work.then(finish, finish);
  });
}
