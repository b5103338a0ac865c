import { once } from 'node:events';
import { type RequestOptions, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProvisioningServer } from '../../api/provisioning/tls-server.ts';
import { parseConfig } from '../../platform/config.ts';
import { createTestApi, createWorld, NOW, type TestApi, type World } from '../api/support.ts';
import { startTestBroker } from '../support/broker.ts';
import { type Certificate, type Certificates, makeCertificates } from '../support/certificates.ts';

const DAY_MS = 86_400_000;

describe('claim certificates', () => {
  let api: TestApi;
  let world: World;
  let certificates: Certificates;
  let server: Server;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    certificates = await makeCertificates();
    // Certificates of today are not in force yet on the clock of the tests, unless it stands today.
    api.clock.advanceTo(Math.max(NOW, Date.now() + 60_000));
    const { cert, key } = certificates.files;
    server = makeProvisioningServer(
      api.app,
      parseConfig({ PROVISIONING_TLS_PORT: '0', MQTT_TLS_CERT: cert, MQTT_TLS_KEY: key }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.close();
    await certificates[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });

  /** What a device does on its first start. */
  const trade = async (certificate: Certificate | null, serial: string, fields: RequestOptions = {}) => {
    const asked = request({
      host: 'localhost',
      port: (server.address() as AddressInfo).port,
      path: '/v1/provisioning',
      method: 'POST',
      ca: certificates.ca.cert,
      agent: false,
      headers: { 'content-type': 'application/json' },
      ...(certificate === null ? {} : { cert: certificate.cert, key: certificate.key }),
      ...fields,
    });
    asked.end(JSON.stringify({ serial }));
    const [response] = await once(asked, 'response');
    const body = await text(response);
    return { status: response.statusCode as number, body: body === '' ? null : JSON.parse(body) };
  };
  const register = async (certificate: string, maxDevices = 10) =>
    await api.call('POST', '/v1/claim-certificates', {
      deviceModelId: world.modelId,
      name: 'Factory',
      certificate,
      maxDevices,
    });

  test('of a registered authority is traded once for a serial number, for credentials that connect', async () => {
    const registered = await register(certificates.ca.cert);
    expect(registered).toMatchObject({ status: 201, body: { isAuthority: true, usedDevices: 0 } });
    const claim = await certificates.makeDevice('claim of batch 7');
    const { status, body } = await trade(claim, 'C-1');
    expect(status).toBe(201);
    expect(body.claimCode).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    expect(await trade(claim, 'C-1')).toMatchObject({ status: 409, body: { code: 'already-provisioned' } });
    expect((await trade(claim, 'C-2')).status).toBe(201);
    const { body: list } = await api.call('GET', '/v1/claim-certificates');
    expect(list.items).toMatchObject([{ usedDevices: 2, name: 'Factory' }]);

    const { cert, key } = certificates.files;
    await using broker = await startTestBroker(api.database, {
      settings: { MQTT_TLS_PORT: '0', MQTT_TLS_CERT: cert, MQTT_TLS_KEY: key },
    });
    const overTls = (options: mqtt.IClientOptions) =>
      mqtt.connectAsync(
        `mqtts://localhost:${broker.port('mqtts')}`,
        { reconnectPeriod: 0, ca: certificates.ca.cert, ...options },
        false,
      );
    const own = { clientId: body.deviceId, username: body.deviceId, password: body.secret };
    await (await overTls(own)).endAsync();
    // The claim certificate itself opens nothing there.
    await expect(
      overTls({ cert: claim.cert, key: claim.key, clientId: body.deviceId, username: body.deviceId }),
    ).rejects.toMatchObject({ code: 4 });
  });

  test('can do nothing but that', async () => {
    const claim = await certificates.makeDevice('curious');
    for (const [method, path] of [
      ['GET', '/v1/devices'],
      ['GET', '/health'],
      ['POST', '/v1/customers'],
      ['POST', '/v1/provisioning/'],
      ['POST', '/v1/provisioning?x=1'],
    ] as const) {
      expect((await trade(claim, 'C-3', { method, path })).status, path).toBe(404);
    }
  });

  test('that nobody registered, or nobody signed, is worth nothing', async () => {
    const strangers = await makeCertificates();
    const refused = { status: 401, body: { code: 'provisioning-refused' } };
    expect(await trade(await certificates.makeSelfSigned('self'), 'C-4')).toMatchObject(refused);
    // Its issuer has the name of ours, and another key. The client must not look for its issuer itself.
    const foreign = await strangers.makeDevice('foreign');
    const blind = { ca: undefined, rejectUnauthorized: false };
    expect(await trade(foreign, 'C-4', blind)).toMatchObject(refused);
    expect(await trade(null, 'C-4')).toMatchObject(refused);
    await strangers[Symbol.asyncDispose]();
  });

  test('of one firmware counts alone, up to its number of devices, until it is revoked or expires', async () => {
    const claim = await certificates.makeSelfSigned('firmware 3');
    const { body: registered } = await register(claim.cert, 2);
    expect(registered).toMatchObject({ isAuthority: false, fingerprint: claim.fingerprint });
    expect((await register(claim.cert)).body.code).toBe('already-exists');
    // Many at once: the row is locked, so that no more get through.
    const answers = await Promise.all(['D-1', 'D-2', 'D-3', 'D-4'].map((serial) => trade(claim, serial)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 401, 401]);
    const second = await certificates.makeSelfSigned('firmware 4');
    const { body: other } = await register(second.cert);
    expect((await trade(second, 'E-1')).status).toBe(201);
    await api.call('POST', `/v1/claim-certificates/${other.id}/revoke`);
    expect((await trade(second, 'E-2')).status).toBe(401);
    const third = await certificates.makeSelfSigned('firmware 5');
    await register(third.cert);
    api.clock.advanceTo(api.clock.now() + 366 * DAY_MS);
    expect((await trade(third, 'F-1')).status).toBe(401);
    expect((await register(third.cert)).body.code).toBe('unusable-certificate');
  });

  test('is registered as a certificate, without a private key', async () => {
    const { cert, key } = await certificates.makeSelfSigned('whole');
    expect((await register(cert + key)).body).toMatchObject({ code: 'unusable-certificate' });
    expect((await register('rubbish')).body).toMatchObject({ code: 'unusable-certificate' });
  });
});
