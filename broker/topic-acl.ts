import { type PublishKind, parseTopic, topicOf } from '../contracts/mqtt.ts';
import type { DeviceConnection } from './device-connection.ts';

/** Which of its own topics a connection publishes to; null: not its own. */
export function ownTopic(connection: DeviceConnection, topic: string): PublishKind | null {
  const { topics } = connection;
  if (topics === null) return null;
  if (topic === topics.telemetry) return 'telemetry';
  if (topic === topics.event) return 'event';
  return topic === topics.state ? 'state' : null;
}

/** The device that a client id belongs to (see connect-rules). */
const deviceOfClientId = (clientId: string): string => clientId.split(':', 1)[0] ?? '';

/**
 * A device may subscribe to its own commands and to nothing else: no wildcard, no $SYS, no $share. The
 * filter is compared whole, so a wildcard that would include the own topic is refused too.
 */
export const maySubscribe = (clientId: string, filter: string): boolean =>
  filter === topicOf(deviceOfClientId(clientId), 'command');

/** Text that MQTT forbids in a topic: NUL, and what ill-formed UTF-8 becomes [MQTT-1.5.3-1, 1.5.3-2]. */
export const isIllFormed = (text: string): boolean => text.includes('\0') || text.includes('\uFFFD');

/** For the dead letter: whose topic it was. */
export function describeForeignTopic(topic: string): string {
  const foreign = parseTopic(topic);
  return foreign === null ? 'not a topic of this platform' : `belongs to device ${foreign.deviceId}`;
}
