import type { PublishPacket } from 'aedes';
import { deviceStateSchema, type PublishKind } from '../contracts/mqtt.ts';
import type { Clock } from '../platform/clock.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { ClockLimits } from './clock-check.ts';
import type { DeadLetters } from './dead-letters.ts';
import { decodeEvent } from './decode-event.ts';
import { type Arrival, decodeTelemetry } from './decode-telemetry.ts';
import type { Device } from './device.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { Fleet } from './fleet.ts';
import type { IngestMessage, IngestQueue } from './ingest-queue.ts';
import type { Refused } from './refusal.ts';
import { describeForeignTopic, ownTopic } from './topic-acl.ts';

export interface PublishDeps {
  readonly clock: Clock;
  readonly clockLimits: ClockLimits;
  readonly metrics: Metrics;
  readonly ingest: Pick<IngestQueue, 'submit'>;
  readonly deadLetters: DeadLetters;
  readonly fleet: Fleet;
}

export type Acknowledge = (error?: Error | null) => void;

/** Everything that a message leaves to be stored, or why not. */
type Decoded = Pick<IngestMessage, 'readings' | 'event'> & { readonly refused: readonly Refused[] };

/**
 * A message of a connected device. It is acknowledged after its commit and in its turn, also when all of it
 * was refused: a device that is not acknowledged would send the same rubbish for ever. Only a topic that is
 * not its own ends the connection.
 */
export function handlePublish(
  deps: PublishDeps,
  connection: DeviceConnection,
  packet: PublishPacket,
  acknowledge: Acknowledge,
): void {
  const kind = ownTopic(connection, packet.topic);
  const { connected } = connection;
  if (kind === null || connected === null) {
    bury(deps, connection, packet, { reason: 'bad-topic', detail: describeForeignTopic(packet.topic) });
    acknowledge(new Error('not a topic of this device'));
    return;
  }
  if (packet.qos > 0 && !packet.messageId) {
    acknowledge(new Error('a message identifier must not be zero [MQTT-2.3.1-1]'));
    return;
  }
  const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
  const { readings, event, refused } = decode(deps, connection, connected.device, kind, payload);
  for (const each of refused) bury(deps, connection, packet, each);
  connection.began();
  deps.ingest.submit({
    readings,
    event,
    payloadBytes: payload.length,
    acknowledge: () => {
      connection.finished();
      if (packet.qos > 0) deps.metrics.messagesAcknowledged.inc();
      acknowledge(null);
    },
    quarantine: (detail) => bury(deps, connection, packet, { reason: 'impossible-value', detail }),
  });
}

function decode(
  deps: PublishDeps,
  connection: DeviceConnection,
  device: Device,
  kind: PublishKind,
  payload: Buffer,
): Decoded {
  const arrival: Arrival = { device, receivedAt: deps.clock.now(), clock: deps.clockLimits };
  switch (kind) {
    case 'telemetry':
      return { ...decodeTelemetry(payload, arrival), event: null };
    case 'event': {
      const decoded = decodeEvent(payload, arrival);
      return 'event' in decoded
        ? { readings: [], event: decoded.event, refused: [] }
        : { readings: [], event: null, refused: [decoded.refused] };
    }
    case 'state':
      return { readings: [], event: null, refused: takeState(deps, connection, payload) };
  }
}

/** Birth and, from a device that goes to sleep, the opposite. */
export function takeState(
  { fleet }: Pick<PublishDeps, 'fleet'>,
  connection: DeviceConnection,
  payload: Buffer,
): readonly Refused[] {
  const parsed = deviceStateSchema.safeParse(payload.toString('utf8'));
  if (!parsed.success) return [{ reason: 'bad-schema', detail: 'a state is online or offline' }];
  if (connection.connected !== null) fleet.declare(connection.connected, connection, parsed.data);
  return [];
}

function bury(
  { deadLetters, clock, metrics }: PublishDeps,
  connection: DeviceConnection,
  packet: PublishPacket,
  refused: Refused,
): void {
  if (refused.reason === 'no-consent') {
    // Keeping what may not be stored, even as a dead letter, would be storing it.
    metrics.refused.inc({ reason: refused.reason });
    return;
  }
  deadLetters.add({
    ...refused,
    receivedAt: clock.now(),
    deviceId: connection.connected?.device.id ?? null,
    clientId: connection.clientId,
    topic: packet.topic,
    payload: Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload),
  });
}
