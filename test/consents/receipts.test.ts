import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  newConsent,
  type TestApi,
  type World,
} from '../api/support.ts';

const OPERATOR = {
  name: 'Weber Office Supplies GmbH',
  address: 'Hauptstraße 1, 10115 Berlin, DE',
  email: 'privacy@weber.example',
  phone: null,
  url: 'https://weber.example',
  privacyPolicyUrl: 'https://weber.example/privacy',
};

let api: TestApi;
let world: World;
beforeAll(async () => {
  api = await createTestApi();
  world = await createWorld(api);
});
afterAll(() => api[Symbol.asyncDispose]());

interface Key {
  readonly kid: string;
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
}

/** What a stranger does with nothing but node:crypto and the published keys; null: not genuine. */
function verified(jws: string, keys: readonly Key[]): Record<string, unknown> | null {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString());
  const key = keys.find((one) => one.kid === kid);
  if (key === undefined || alg !== 'EdDSA') return null;
  const publicKey = createPublicKey({ key: { kty: key.kty, crv: key.crv, x: key.x }, format: 'jwk' });
  const genuine = verify(
    null,
    Buffer.from(`${header}.${payload}`, 'ascii'),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  return genuine ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : null;
}

const publishedKeys = async (): Promise<Key[]> => {
  const response = await api.app.inject({ method: 'GET', url: '/.well-known/neverout-keys.json' });
  return response.json().keys;
};

describe('a receipt', () => {
  test('needs somebody who answers for the data', async () => {
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world));
    const refused = await api.call('GET', `/v1/consents/${consent.id}/receipt`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'operator-unnamed' } });
    expect((await api.call('PUT', '/v1/operator', OPERATOR)).body).toEqual(OPERATOR);
    expect((await api.call('GET', `/v1/consents/${consent.id}/receipt`)).status).toBe(200);
  });

  test('has what ISO/IEC TS 27560 asks for, and anybody can verify it', async () => {
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world));
    const { body } = await api.call('GET', `/v1/consents/${consent.id}/receipt`);
    const receipt = verified(body.jws, await publishedKeys());
    expect(receipt).toEqual(body.document);
    expect(receipt).toMatchObject({
      receipt_metadata: { schema_version: 'ISO/IEC TS 27560:2023' },
      consent_record: {
        record_id: consent.id,
        pii_principal_id: world.customerId,
        pii_processing: {
          privacy_notice: OPERATOR.privacyPolicyUrl,
          language: 'en',
          consent_text: newConsent(world).text,
          consent_text_sha256: consent.textHash,
          purposes: [{ lawful_basis: 'consent', jurisdiction: 'EU', collection_method: 'portal' }],
        },
        party_identification: [
          { party_role: 'pii_controller', party_name: OPERATOR.name, party_email: OPERATOR.email },
          { party_role: 'pii_principal', party_id: world.customerId },
        ],
        event: [{ event_state: 'given', entity_id: 'api-token', event_time: new Date(NOW).toISOString() }],
        state: 'given',
      },
    });
    expect(JSON.stringify(receipt)).not.toContain('token-of-the-payment-service');
  });

  test('control: a changed receipt, or another key, does not verify', async () => {
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world));
    const { body } = await api.call('GET', `/v1/consents/${consent.id}/receipt`);
    const keys = await publishedKeys();
    const [header, payload = '', signature] = body.jws.split('.');
    const forged = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), forged: true };
    const changed = `${header}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${signature}`;
    expect(verified(changed, keys)).toBeNull();
    expect(verified(body.jws, [])).toBeNull();
    const [key] = keys;
    if (key === undefined) throw new Error('no key');
    const flipped = Buffer.from(key.x, 'base64url');
    flipped[5] = (flipped[5] ?? 0) ^ 1;
    const other = verifiedOrThrows(body.jws, [{ ...key, x: flipped.toString('base64url') }]);
    expect(other).toBeNull();
  });

  test('has the fields of Kantara 1.1 on request', async () => {
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world));
    const { body } = await api.call('GET', `/v1/consents/${consent.id}/receipt?format=kantara-1.1`);
    const receipt = verified(body.jws, await publishedKeys());
    expect(receipt).toMatchObject({
      version: 'KI-CR-v1.1.0',
      jurisdiction: 'EU',
      consentTimestamp: NOW / 1000,
      collectionMethod: 'portal',
      consentReceiptID: consent.id,
      language: 'en',
      piiPrincipalId: world.customerId,
      piiControllers: [{ piiController: OPERATOR.name, contact: OPERATOR.email, email: OPERATOR.email }],
      policyUrl: OPERATOR.privacyPolicyUrl,
      services: [{ purposes: [{ consentType: 'EXPLICIT', thirdPartyDisclosure: true }] }],
      sensitive: false,
      spiCat: [],
    });
  });

  test('of a withdrawn consent tells both events; keys never show their private part', async () => {
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world));
    await api.call('POST', `/v1/consents/${consent.id}/withdraw`);
    const { body } = await api.call('GET', `/v1/consents/${consent.id}/receipt`);
    expect(body.document.consent_record).toMatchObject({
      state: 'withdrawn',
      event: [{ event_state: 'given' }, { event_state: 'withdrawn', entity_id: 'api-token' }],
    });
    const keys = await publishedKeys();
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });
});

/** A key that is no point of the curve is refused by the library itself. */
function verifiedOrThrows(jws: string, keys: readonly Key[]) {
  try {
    return verified(jws, keys);
  } catch {
    return null;
  }
}

describe('further terms of a consent', () => {
  const refusalOf = async (mandate: object) =>
    api.call(
      'POST',
      '/v1/consents',
      newConsent(world, { mandate: { ...newConsent(world).mandate, ...mandate } }),
    );

  test('keep prices at grant, scope, merchants, substitutes, drift and where it came from', async () => {
    const mandate = {
      ...newConsent(world).mandate,
      merchantIds: [world.merchantId],
      substituteProductIds: [world.productId],
      maxPriceDrift: 0.1,
    };
    const { status, body } = await api.call(
      'POST',
      '/v1/consents',
      newConsent(world, { deviceId: world.deviceId, mandate }),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      deviceId: world.deviceId,
      consumableId: null,
      originAddress: '127.0.0.1',
      mandate: {
        merchantIds: [world.merchantId],
        substituteProductIds: [world.productId],
        maxPriceDrift: 0.1,
        pricesAtGrant: { [world.productId]: 8990 },
      },
    });
  });

  test('refuse card numbers, however they are written, and keep none', async () => {
    for (const card of [
      '4111111111111111',
      '4111 1111 1111 1111',
      'card 5500-0000-0000-0004!',
      '378282246310005',
    ]) {
      const { status, body } = await refusalOf({ paymentReference: card });
      expect(status, card).toBe(400);
      expect(body.errors[0].pointer).toBe('#/body/mandate/paymentReference');
      expect(JSON.stringify(body)).not.toContain(card);
    }
    expect((await refusalOf({ paymentReference: 'tok_1N3T00LkdIwHu7ixt44h1F8k' })).status).toBe(201);
    // Same length, wrong check digit: some other number.
    expect((await refusalOf({ paymentReference: 'ref 4111111111111112' })).status).toBe(201);
  });

  test('refer to what exists and belongs to the customer', async () => {
    expect((await refusalOf({ merchantIds: [world.modelId] })).body.detail).toContain('mandate.merchantIds');
    expect((await refusalOf({ substituteProductIds: [world.modelId] })).body.detail).toContain(
      'mandate.substituteProductIds',
    );
    const foreign = await api.call('POST', '/v1/consents', newConsent(world, { deviceId: world.modelId }));
    expect(foreign).toMatchObject({ status: 422, body: { code: 'foreign-object' } });
    const both = { deviceId: world.deviceId, consumableId: world.consumableId };
    expect((await api.call('POST', '/v1/consents', newConsent(world, both))).status).toBe(400);
  });

  test('a withdrawal asks the merchant of what it has accepted', async () => {
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world));
    const orderId = await insertOrder(api, world, { status: 'accepted', consentId: consent.id });
    const { body } = await api.call('POST', `/v1/consents/${consent.id}/withdraw`);
    expect(body.askedOrderIds).toEqual([orderId]);
    const { body: order } = await api.call('GET', `/v1/orders/${orderId}`);
    expect(order).toMatchObject({ status: 'accepted', dueAt: new Date(NOW).toISOString() });
    await api.database.pool.query(`UPDATE "order" SET status = 'cancelled'`);
  });
});

describe('withdrawing from a purchase', () => {
  const who = { name: 'Anna Weber', contact: 'anna@weber.example' };
  const statusOf = async (orderId: string) => (await api.call('GET', `/v1/orders/${orderId}`)).body.status;
  const make = async (status: string) => {
    await api.database.pool.query(
      `UPDATE "order" SET status = 'cancelled' WHERE status NOT IN ('delivered', 'installed')`,
    );
    return insertOrder(api, world, { status });
  };
  const deliver = (orderId: string, at: number) =>
    api.database.pool.query('UPDATE "order" SET delivered_at = $2 WHERE id = $1', [orderId, new Date(at)]);

  test('takes two steps and ends with a signed acknowledgement, told and kept', async () => {
    const orderId = await make('announced');
    const url = `/v1/orders/${orderId}/withdrawal`;
    expect((await api.call('POST', `${url}/confirm`)).status).toBe(404);
    const stated = await api.call('POST', url, who);
    expect(stated).toMatchObject({ status: 201, body: { confirmedAt: null, acknowledgement: null } });
    expect(await statusOf(orderId)).toBe('announced');
    const { body } = await api.call('POST', `${url}/confirm`);
    expect(body.confirmedAt).toBe(new Date(NOW).toISOString());
    expect(await statusOf(orderId)).toBe('cancelled');
    const document = verified(body.acknowledgement.jws, await publishedKeys());
    expect(document).toMatchObject({
      ...who,
      receivedAt: new Date(NOW).toISOString(),
      order: { id: orderId },
    });
    expect((await api.call('GET', url)).body).toEqual(body);
    expect((await api.call('POST', `${url}/confirm`)).body).toEqual(body);
    const { rows } = await api.database.pool.query('SELECT kind, detail FROM message WHERE order_id = $1', [
      orderId,
    ]);
    expect(rows).toMatchObject([
      { kind: 'withdrawal-acknowledgement', detail: { to: who.contact, name: who.name } },
    ]);
  });

  test('of an accepted order asks the merchant', async () => {
    const orderId = await make('accepted');
    await api.call('POST', `/v1/orders/${orderId}/withdrawal`, who);
    await api.call('POST', `/v1/orders/${orderId}/withdrawal/confirm`);
    const { rows } = await api.database.pool.query('SELECT take_back, due_at FROM "order" WHERE id = $1', [
      orderId,
    ]);
    expect(rows).toEqual([{ take_back: 'contract-withdrawn', due_at: new Date(NOW) }]);
  });

  test('is open until the end of the fourteenth day after delivery, in the customer’s zone', async () => {
    const orderId = await make('delivered');
    const url = `/v1/orders/${orderId}/withdrawal`;
    // Delivered on 7 November in Berlin: open on the 21st until midnight there, which is 23:00 UTC.
    await deliver(orderId, Date.UTC(2026, 10, 7, 9));
    expect((await api.call('POST', url, who)).body.lastDay).toBe('2026-11-21');
    api.clock.advanceTo(Date.UTC(2026, 10, 21, 22, 59));
    expect((await api.call('POST', url, who)).status).toBe(201);
    api.clock.advanceTo(Date.UTC(2026, 10, 21, 23));
    expect((await api.call('POST', url, who)).body).toMatchObject({ code: 'no-withdrawal', status: 409 });
    expect((await api.call('POST', `${url}/confirm`)).status).toBe(409);
    expect(await statusOf(orderId)).toBe('delivered');
  });

  test('there is none where the law gives none, or where nothing was bought', async () => {
    await api.database.pool.query(`UPDATE customer SET jurisdiction = 'US-CA'`);
    const orderId = await make('accepted');
    const there = await api.call('POST', `/v1/orders/${orderId}/withdrawal`, who);
    expect(there.body.code).toBe('no-withdrawal');
    await api.database.pool.query(`UPDATE customer SET jurisdiction = 'DE'`);
    const declined = await make('declined');
    expect((await api.call('POST', `/v1/orders/${declined}/withdrawal`, who)).body.code).toBe(
      'no-withdrawal',
    );
  });

  test('profiles are public; unknown places get the strictest', async () => {
    const read = async (code: string) =>
      (await api.app.inject({ method: 'GET', url: `/v1/jurisdictions/${code}` })).json();
    expect(await read('DE')).toMatchObject({ code: 'DE', withdrawal: { days: 14, withFunction: true } });
    expect(await read('US-CA')).toMatchObject({
      annualReminder: true,
      feeChangeNotice: { minDays: 7, maxDays: 30 },
    });
    expect(await read('US-TX')).toMatchObject({ code: 'US' });
    expect(await read('UK')).toMatchObject({ code: 'GB' });
    expect(await read('JP')).toMatchObject({ code: 'default', minCancelWindowHours: 48 });
  });
});
