import type { ConnectPacket } from 'aedes';
import { deviceStateSchema, topicOf } from '../contracts/mqtt.ts';

/**
 * Longest silence that is believed. MQTT lets a device ask for none or for 18 hours; a server may end any
 * session that it takes for dead (MQTT 3.1.1, 3.1.2.10). Sleeping devices reconnect when they wake.
 */
const MAX_KEEPALIVE_SECONDS = 3_600;

/** CONNACK return codes (MQTT 3.1.1, table 3.1) that authentication may answer with. */
export const CONNACK = {
  identifierRejected: 2,
  unavailable: 3,
  badCredentials: 4,
  notAuthorized: 5,
} as const;
type ConnackCode = (typeof CONNACK)[keyof typeof CONNACK];

/** A connection is not let in: the label of the metric, and what the device is told. */
export interface ConnectRefusal {
  readonly reason: string;
  readonly code: ConnackCode;
}

const refuse = (reason: string, code: ConnackCode): ConnectRefusal => ({ reason, code });

/**
 * What the packet parser lets through and MQTT 3.1.1 does not: the connection is closed without an answer.
 * null: well-formed.
 */
export function findMalformed(packet: ConnectPacket): string | null {
  const texts = [packet.clientId, packet.username ?? '', packet.will?.topic ?? ''];
  // Ill-formed UTF-8 arrives here as replacement characters [MQTT-1.5.3-1, 1.5.3-2].
  if (texts.some((text) => text.includes('\0') || text.includes('\uFFFD'))) return 'ill-formed text';
  if (packet.password !== undefined && packet.username === undefined) return 'password alone [MQTT-3.1.2-22]';
  if ((packet.will?.qos ?? 0) > 2) return 'will QoS 3 [MQTT-3.1.2-14]';
  return null;
}

/** The connection is watched at least this often, whatever the device asked for. */
export function limitKeepalive(packet: ConnectPacket): void {
  const asked = packet.keepalive ?? 0;
  packet.keepalive = asked === 0 ? MAX_KEEPALIVE_SECONDS : Math.min(asked, MAX_KEEPALIVE_SECONDS);
}

/**
 * Client ids belong to their device, so that no device can take another's session over: the device id
 * itself, or the device id and a colon before anything. Empty: the broker makes one, for clean sessions
 * only [MQTT-3.1.3-8].
 */
export function checkClientId(packet: ConnectPacket, deviceId: string): ConnectRefusal | null {
  const { clientId } = packet;
  if (clientId === '') return packet.clean === true ? null : refuse('client-id', CONNACK.identifierRejected);
  if (clientId === deviceId || clientId.startsWith(`${deviceId}:`)) return null;
  return refuse('client-id', CONNACK.identifierRejected);
}

/** A will may only say that its own device is gone. */
export function checkWill({ will }: ConnectPacket, deviceId: string): ConnectRefusal | null {
  if (will === undefined) return null;
  const own = will.topic === topicOf(deviceId, 'state');
  return own && deviceStateSchema.safeParse(will.payload.toString()).success
    ? null
    : refuse('will', CONNACK.notAuthorized);
}
