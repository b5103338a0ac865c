import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadHolds } from '../../rules/context/holds.ts';
import { loadSurroundings } from '../../rules/context/surroundings.ts';
import {
  addConsumable,
  createTestApi,
  createWorld,
  insertOrder,
  mandateFor,
  NOW,
  newConsent,
  type TestApi,
  takeQueue,
  type World,
} from '../api/support.ts';

const LAKE = {
  name: 'Lake',
  recipient: 'Familie Weber',
  street: 'Seeweg 4',
  postalCode: '17192',
  city: 'Waren',
  country: 'DE',
  timeZone: 'America/New_York',
};

describe('addresses of a customer', () => {
  let api: TestApi;
  let world: World;
  let lakeId: string;
  let lakeDeviceId: string;
  let lakeConsumableId: string;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    lakeConsumableId = await addConsumable(api, world);
    const { rows } = await api.database.pool.query<{ id: string }>(
      'SELECT device_id AS id FROM consumable WHERE id = $1',
      [lakeConsumableId],
    );
    lakeDeviceId = rows[0]?.id ?? '';
    const added = await api.call('POST', `/v1/customers/${world.customerId}/addresses`, LAKE);
    lakeId = added.body.id;
    await api.call('PUT', `/v1/devices/${lakeDeviceId}/address`, { addressId: lakeId });
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const surroundings = async () =>
    loadSurroundings(
      api.database.pool,
      [world.consumableId, lakeConsumableId].map((consumableId) => ({ consumableId, order: null })),
      NOW,
    );
  /** Held spans of the printer in the study, and of the one at the lake. */
  const held = async () => {
    const holdsOf = await loadHolds(api.database.pool, [world.customerId], NOW);
    const both = await surroundings();
    return [world.consumableId, lakeConsumableId].map((id) => {
      const about = both.find(({ consumableId }) => consumableId === id);
      return about === undefined ? [] : holdsOf(about);
    });
  };

  test('have devices, which keep the days of their place', async () => {
    const { body } = await api.call('GET', `/v1/customers/${world.customerId}/addresses`);
    expect(body.items).toMatchObject([{ ...LAKE, devices: 1, region: null }]);
    const zones = (await surroundings()).map(({ timeZone, siteTimeZone }) => [timeZone, siteTimeZone]);
    expect(zones).toEqual(
      expect.arrayContaining([
        ['Europe/Berlin', 'Europe/Berlin'],
        ['Europe/Berlin', 'America/New_York'],
      ]),
    );
  });

  test('know how cold it is, month by month; what is used with the cold is thought over', async () => {
    const url = `/v1/addresses/${lakeId}/degree-days`;
    const degreeDays = [18, 17, 14, 9, 5, 2, 1, 1, 4, 8, 13, 17];
    await takeQueue(api);
    expect(await api.call('PUT', url, { degreeDays })).toMatchObject({ status: 200, body: { degreeDays } });
    expect(await takeQueue(api)).toEqual([]);
    await api.database.pool.query(
      `UPDATE model_slot s SET follows_weather = true FROM consumable c
       WHERE c.id = $1 AND s.device_model_id = c.device_model_id AND s.key = c.key`,
      [lakeConsumableId],
    );
    await api.call('PUT', url, { degreeDays });
    expect(await takeQueue(api)).toMatchObject([{ consumableId: lakeConsumableId }]);
    // Eleven months are no year, and nothing is colder than degree-days can say.
    for (const bad of [degreeDays.slice(1), degreeDays.map((value) => -value)]) {
      expect(await api.call('PUT', url, { degreeDays: bad })).toMatchObject({ status: 400 });
    }
    const forgotten = await api.call('PUT', url, { degreeDays: null });
    expect(forgotten.body.degreeDays).toBeNull();
    await takeQueue(api);
  });

  test('are held without the others: only what stands there waits, is thought over and offered to be moved', async () => {
    const mandate = { ...mandateFor(world), deliveryAddress: undefined, addressId: lakeId };
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world, { mandate }));
    for (const consumableId of [world.consumableId, lakeConsumableId]) {
      const id = await insertOrder(api, world, { status: 'accepted', consumableId, consentId: consent.id });
      await api.database.pool.query(
        `UPDATE "order" SET arrives_from = '2026-12-24', arrives_to = '2026-12-24' WHERE id = $1`,
        [id],
      );
    }
    await takeQueue(api);
    const hold = { customerId: world.customerId, startsOn: '2026-12-20', endsOn: '2026-12-30' };
    const { status, body } = await api.call('POST', '/v1/holds', { ...hold, addressId: lakeId });
    expect({ status, addressId: body.addressId }).toEqual({ status: 201, addressId: lakeId });
    expect(await held()).toEqual([[], [{ from: '2026-12-20', to: '2026-12-30' }]]);
    expect((await takeQueue(api)).map(({ consumableId }) => consumableId)).toEqual([lakeConsumableId]);
    const { rows: offers } = await api.database.pool.query(
      `SELECT o.consumable_id AS id FROM message m JOIN "order" o ON o.id = m.order_id WHERE m.kind = 'move-offer'`,
    );
    expect(offers).toEqual([{ id: lakeConsumableId }]);
    await api.call('POST', `/v1/holds/${body.id}/cancel`);
    expect(await held()).toEqual([[], []]);
    // The control: a hold of the whole customer is of both.
    const { body: whole } = await api.call('POST', '/v1/holds', hold);
    expect((await held()).map((spans) => spans.length)).toEqual([1, 1]);
    await api.call('POST', `/v1/holds/${whole.id}/cancel`);
  });

  test('have calendars of their own', async () => {
    const text = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VEVENT',
      'UID:1',
      'SUMMARY:Vacation',
      'DTSTART;VALUE=DATE:20270301',
      'DTEND;VALUE=DATE:20270308',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n');
    const feed = { name: 'Lake', text, rule: { kind: 'keyword', keyword: 'vacation' } };
    const url = `/v1/customers/${world.customerId}/calendars`;
    const both = await api.call('POST', url, { ...feed, addressId: lakeId, deviceId: lakeDeviceId });
    expect(both.status).toBe(400);
    const { body } = await api.call('POST', url, { ...feed, addressId: lakeId });
    expect(body).toMatchObject({ addressId: lakeId, holds: 1 });
    expect(await held()).toEqual([[], [{ from: '2027-03-01', to: '2027-03-07' }]]);
  });

  test('are copied into a mandate, which keeps what was agreed to', async () => {
    const mandate = { ...mandateFor(world), deliveryAddress: undefined, addressId: lakeId };
    const { body } = await api.call('POST', '/v1/consents', newConsent(world, { mandate }));
    const { name: _name, timeZone: _zone, ...postal } = LAKE;
    expect(body.mandate).toMatchObject({ addressId: lakeId, deliveryAddress: postal });
    const neither = newConsent(world, { mandate: { ...mandateFor(world), deliveryAddress: undefined } });
    expect((await api.call('POST', '/v1/consents', neither)).status).toBe(400);
    const { body: removed } = await api.call('POST', `/v1/addresses/${lakeId}/remove`);
    expect(removed).toMatchObject({ devices: 0, removedAt: expect.any(String) });
    expect(await held()).toEqual([[], []]);
    const kept = await api.call('GET', `/v1/consents/${body.id}`);
    expect(kept.body.mandate.deliveryAddress).toEqual(postal);
    const again = await api.call('POST', '/v1/consents', newConsent(world, { mandate }));
    expect(again.body.code).toBe('foreign-object');
  });

  test('belong to their customer alone', async () => {
    const other = { name: 'Other', timeZone: 'UTC', currency: 'EUR' };
    const { body: stranger } = await api.call('POST', '/v1/customers', other);
    const { body: theirs } = await api.call('POST', `/v1/customers/${stranger.id}/addresses`, LAKE);
    const asked = [
      api.call('PUT', `/v1/devices/${world.deviceId}/address`, { addressId: theirs.id }),
      api.call('POST', '/v1/holds', {
        customerId: world.customerId,
        startsOn: '2026-12-24',
        addressId: theirs.id,
      }),
    ];
    for (const answer of await Promise.all(asked)) expect(answer.body.code).toBe('foreign-object');
  });
});
