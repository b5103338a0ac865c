import { once } from 'node:events';
import { connect } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  countOf,
  credentialsOf,
  NOON,
  publish,
  registerDevices,
  startTestBroker,
  type TestBroker,
  type TestDevice,
  telemetryOf,
} from '../support/broker.ts';
import { type Certificate, type Certificates, makeCertificates } from '../support/certificates.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let database: TestDatabase;
let certificates: Certificates;
let broker: TestBroker;
/** The same without a CA: the registered fingerprint alone decides. */
let pinning: TestBroker;
let device: TestDevice;
let foreign: TestDevice;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
  certificates = await makeCertificates();
  const { cert, key, ca } = certificates.files;
  const tls = { MQTT_TLS_PORT: '0', MQTT_TLS_CERT: cert, MQTT_TLS_KEY: key };
  broker = await startTestBroker(database, {
    settings: { ...tls, MQTT_TLS_CLIENT_CA: ca, MQTT_WS_PORT: '0' },
  });
  pinning = await startTestBroker(database, { settings: tls });
  const [first, second] = await registerDevices(database, 2);
  if (first === undefined || second === undefined) throw new Error('no devices');
  device = first;
  foreign = second;
});
afterAll(async () => {
  await broker.close();
  await pinning.close();
  await certificates[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const overTls = (to: TestBroker, options: IClientOptions): Promise<MqttClient> =>
  mqtt.connectAsync(
    `mqtts://localhost:${to.port('mqtts')}`,
    { reconnectPeriod: 0, ca: certificates.ca.cert, ...options },
    false,
  );

const register = async (certificate: Certificate, owner = device) => {
  await database.pool.query('UPDATE device SET certificate_fingerprint = $2 WHERE id = $1', [
    owner.id,
    certificate.fingerprint,
  ]);
};

let seq = 0;
const proveStored = async (client: MqttClient, owner = device) => {
  seq += 1;
  await publish(client, owner, telemetryOf({ seq }));
  const { rowCount } = await database.pool.query(
    'SELECT 1 FROM reading WHERE consumable_id = $1 AND seq = $2',
    [owner.consumables.get('black'), seq],
  );
  expect(rowCount).toBe(1);
  await client.endAsync();
};

describe('TLS', () => {
  test('a device with its secret', async () => {
    await proveStored(await overTls(broker, credentialsOf(device)));
  });

  test('a registered client certificate is enough', async () => {
    const { cert, key, fingerprint } = await certificates.makeDevice('device');
    await register({ cert, key, fingerprint });
    await proveStored(await overTls(broker, { cert, key, clientId: device.id }));
    await proveStored(await overTls(broker, { cert, key, clientId: device.id, username: device.id }));
  });

  test("it is good for its own device only: neither another's client id nor user name", async () => {
    const { cert, key, fingerprint } = await certificates.makeDevice('device');
    await register({ cert, key, fingerprint });
    await expect(overTls(broker, { cert, key, clientId: foreign.id })).rejects.toMatchObject({ code: 2 });
    await expect(
      overTls(broker, { cert, key, clientId: foreign.id, username: foreign.id }),
    ).rejects.toMatchObject({ code: 4 });
  });

  test('a certificate that nobody registered is nobody', async () => {
    const { cert, key } = await certificates.makeDevice('stranger');
    await expect(overTls(broker, { cert, key, clientId: device.id })).rejects.toMatchObject({ code: 4 });
  });

  test('with a CA configured, a certificate it did not sign is nobody, even if registered', async () => {
    const { cert, key, fingerprint } = await certificates.makeSelfSigned('device');
    await register({ cert, key, fingerprint });
    await expect(overTls(broker, { cert, key, clientId: device.id })).rejects.toMatchObject({ code: 4 });
    await proveStored(await overTls(pinning, { cert, key, clientId: device.id }));
  });

  test('replacing the certificate ends the connection', async () => {
    const { cert, key, fingerprint } = await certificates.makeDevice('old');
    await register({ cert, key, fingerprint });
    const client = await overTls(broker, { cert, key, clientId: device.id });
    await register(await certificates.makeDevice('new'));
    await eventually(() => expect(client.connected).toBe(false));
    await client.endAsync(true);
  });

  test('plain MQTT on the TLS port is cut, and others are served', async () => {
    const socket = connect(broker.port('mqtts'), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('not TLS at all');
    await once(socket, 'close');
    await proveStored(await overTls(broker, credentialsOf(device)));
  });
});

describe('WebSocket', () => {
  const url = () => `ws://127.0.0.1:${broker.port('ws')}`;

  test('a device publishes and its reading is stored', async () => {
    await proveStored(await mqtt.connectAsync(url(), credentialsOf(device), false));
  });

  test('a wrong secret is refused', async () => {
    await expect(
      mqtt.connectAsync(url(), { ...credentialsOf(device), password: 'wrong' }, false),
    ).rejects.toMatchObject({ code: 4 });
  });

  test('without the subprotocol mqtt there is no connection [MQTT-6.0.0-3]', async () => {
    const socket = new WebSocket(url(), 'chat');
    await expect(once(socket, 'open')).rejects.toThrow();
  });

  test('a text frame ends the connection [MQTT-6.0.0-1]', async () => {
    const socket = new WebSocket(url(), 'mqtt');
    await once(socket, 'open');
    socket.send('text');
    await once(socket, 'close');
  });

  test('a packet over the limit ends the connection', async () => {
    const before = await countOf(broker.metrics.refused, 'too-large');
    const socket = new WebSocket(url(), 'mqtt');
    await once(socket, 'open');
    socket.send(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
    await once(socket, 'close');
    expect((await countOf(broker.metrics.refused, 'too-large')) - before).toBe(1);
  });

  test('whoever speaks another protocol and then no WebSocket at all is cut, and others are served', async () => {
    const uncaught: Error[] = [];
    const note = (error: Error) => void uncaught.push(error);
    process.on('uncaughtExceptionMonitor', note);
    const socket = connect(broker.port('ws'), '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
    );
    // Reserved bits are set, and no client may leave its frames unmasked (RFC 6455, 5.1 and 5.2).
    socket.write(Buffer.from([0xff, 0x00]));
    socket.resume();
    socket.on('end', () => socket.end());
    await once(socket, 'close');
    await proveStored(await mqtt.connectAsync(url(), credentialsOf(device), false));
    process.off('uncaughtExceptionMonitor', note);
    expect(uncaught).toEqual([]);
  });

  test('a listener that fails keeps those connected', async () => {
    const client = await mqtt.connectAsync(url(), credentialsOf(device), false);
    const server = broker.broker.listeners.find(({ name }) => name === 'ws')?.server;
    expect(server?.emit('error', new Error('no file descriptor is left'))).toBe(true);
    await proveStored(client);
  });

  test('a browser that asks for a page is told to upgrade', async () => {
    expect((await fetch(`http://127.0.0.1:${broker.port('ws')}/`)).status).toBe(426);
  });
});
