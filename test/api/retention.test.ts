import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, createWorld, type TestApi } from './support.ts';

describe('/v1/retention', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await createTestApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const inForce = async (key: string) => {
    const { body } = await api.call('GET', '/v1/retention');
    return body.kinds.find((kind: { key: string }) => kind.key === key)?.value;
  };

  test('shows what is in force, is changed within limits, and remembers who and why', async () => {
    expect(await inForce('readingMonths')).toBe(13);
    const set = (values: object, reason = 'Less is enough.') =>
      api.call('PATCH', '/v1/retention', { values, reason });
    expect((await set({ readingMonths: 6, messageMonths: 12 })).status).toBe(200);
    expect(await inForce('readingMonths')).toBe(6);
    const refused = await set({ readingMonths: 0, cats: 3 });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([
      { pointer: '#/body/values/readingMonths', detail: 'from 1 to 120' },
      { pointer: '#/body/values/cats', detail: 'no such kind of data' },
    ]);
    await set({ readingMonths: null }, 'Back.');
    expect(await inForce('readingMonths')).toBe(13);
    const { body } = await api.call('GET', '/v1/retention/changes?limit=1');
    expect(body.items).toMatchObject([
      {
        actor: 'api-token',
        reason: 'Back.',
        before: { readingMonths: 6, messageMonths: 12 },
        after: { messageMonths: 12 },
      },
    ]);
    expect(body.nextCursor).not.toBeNull();
  });

  test('leaves level and use per day to be read', async () => {
    const world = await createWorld(api);
    await api.database.pool.query(
      `INSERT INTO consumable_day VALUES ($1, '2025-01-02', 0.5, 0.25, 0.25, 0.25, NULL, 3)`,
      [world.consumableId],
    );
    const { body } = await api.call(
      'GET',
      `/v1/consumables/${world.consumableId}/days?from=2025-01-01&to=2025-01-31`,
    );
    expect(body.items).toEqual([
      {
        day: '2025-01-02',
        levelFirst: 0.5,
        levelLast: 0.25,
        levelMin: 0.25,
        used: 0.25,
        counted: null,
        readings: 3,
      },
    ]);
  });
});
