import type { Client, PublishPacket } from 'aedes';
import type { CommandDelivery } from './command-delivery.ts';
import { DeviceRouter } from './device-router.ts';
import { type Acknowledge, handlePublish, type PublishDeps, takeState } from './publish-handler.ts';
import type { Reception } from './reception.ts';
import { SessionStore } from './session-store.ts';
import { isIllFormed, maySubscribe } from './topic-acl.ts';

/** From a full socket to the device reading it. */
const DRAIN_WITHIN_MS = 30_000;
/** Packets that a device may send behind its CONNECT before it is answered: one socket read of small ones. */
const EARLY_PACKETS = 1_024;
const MAX_UNFINISHED_QOS2 = 100;

/** aedes with the broker's own rules in each of its hooks. */
export async function startRouter(
  reception: Reception,
  publishing: PublishDeps,
  commands: CommandDelivery,
): Promise<DeviceRouter> {
  const router = await DeviceRouter.start({
    // No limit on deliveries at once: with one, devices that do not read would hold up the others.
    concurrency: 0,
    drainTimeout: DRAIN_WITHIN_MS,
    queueLimit: EARLY_PACKETS,
    maxInflightInbound: MAX_UNFINISHED_QOS2,
    persistence: new SessionStore(maySubscribe, (clientId, messageId) =>
      commands.acknowledged(clientId, messageId),
    ),
    preConnect: (client, packet, answer) => {
      const error = reception.greet(client, packet);
      answer(error, error === null);
    },
    authenticate: (client, _username, _password, answer) => reception.authenticate(client, answer),
    authorizePublish: (client, packet, acknowledge) =>
      onPublish(reception, publishing, client, packet, acknowledge),
    authorizeSubscribe: (client, subscription, answer) => {
      const { topic } = subscription;
      if (isIllFormed(topic)) answer(new Error('ill-formed topic filter'));
      // null is answered with 0x80 [MQTT-3.9.3-2].
      else answer(null, maySubscribe(client.id, topic) ? subscription : null);
    },
    // Nothing travels through the router: commands are written to their device (command-delivery.ts).
    authorizeForward: () => null,
  });
  const listen = (client: Client) => {
    const connection = reception.connectionOf(client);
    if (connection !== null) commands.listen(client, connection);
  };
  router.on('clientReady', (client) => {
    reception.ready(client);
    // A kept session has its subscription already.
    listen(client);
  });
  router.on('subscribe', (_subscriptions, client) => listen(client));
  router.on('unsubscribe', (_topics, client) => {
    const connection = reception.connectionOf(client);
    if (connection !== null) commands.leave(client.id, connection);
  });
  router.on('clientError', (client, error) => reception.failed(client, error));
  router.on('connectionError', (client, error) => reception.failed(client, error));
  return router;
}

/** Also asked for wills: when a connection has closed, and then sometimes without a client. */
function onPublish(
  reception: Reception,
  publishing: PublishDeps,
  client: Client | null,
  packet: PublishPacket,
  acknowledge: Acknowledge,
): void {
  const connection = reception.connectionOf(client);
  if (client === null || connection === null) {
    acknowledge(new Error('nobody publishes this'));
  } else if (client.closed) {
    if (packet.topic === connection.topics?.state) {
      takeState(publishing, connection, Buffer.from(packet.payload));
    }
    acknowledge(null);
  } else handlePublish(publishing, connection, packet, acknowledge);
}
