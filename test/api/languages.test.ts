import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../contracts/problem.ts';
import { PROBLEMS_IN_GERMAN } from '../../contracts/problem-de.ts';
import { type Said, say } from '../../core/phrases/phrase.ts';
import { createTestApi, createWorld, insertOrder, NOW, type TestApi, TOKEN, type World } from './support.ts';

const SAID: Said = [say('time-but'), say('no-consent')];
const ENGLISH = 'It is time to order, but: There is no consent to order this automatically.';
const GERMAN =
  'Es ist Zeit, nachzubestellen, aber: Es gibt keine Einwilligung, dies automatisch zu bestellen.';

describe('what was decided is told in the language of its reader', () => {
  let api: TestApi;
  let world: World;
  let orderId: string;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    const { pool } = api.database;
    const said = JSON.stringify(SAID);
    const predictability = { score: 0, widthDays: null, ceiling: 'coach', reason: 'Not known.' };
    await pool.query(
      'UPDATE consumable_state SET sentence = $2, said = $3, predictability = $4 WHERE consumable_id = $1',
      [world.consumableId, ENGLISH, said, { ...predictability, said: [say('level-not-known')] }],
    );
    const gates = JSON.stringify([{ gate: 'consent', pass: false, reason: 'None.', said: SAID.slice(1) }]);
    await pool.query(
      `INSERT INTO decision (consumable_id, at, stage, outcome, sentence, said, inputs, gates)
       VALUES ($1, $2, 'evaluation', 'blocked', $3, $4, '{}', $5)`,
      [world.consumableId, new Date(NOW), ENGLISH, said, gates],
    );
    orderId = await insertOrder(api, world, { status: 'announced' });
    await pool.query('UPDATE "order" SET status_reason = $2, status_said = $3 WHERE id = $1', [
      orderId,
      ENGLISH,
      said,
    ]);
    await pool.query(
      `INSERT INTO order_history (order_id, at, to_status, actor, reason, said) VALUES ($1, $2, 'announced', 'worker', $3, $4)`,
      [orderId, new Date(NOW), ENGLISH, said],
    );
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const read = async (url: string, language: string) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'accept-language': language };
    const answer = await api.app.inject({ method: 'GET', url, headers });
    expect(answer.headers.vary).toContain('Accept-Language');
    return { language: answer.headers['content-language'], body: answer.json() };
  };

  test.each([
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr, en;q=0.3, de;q=0.7', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['de;q=0, en;q=0.1', 'en'],
    ['fr', 'en'],
    ['*', 'en'],
  ])('Accept-Language: %s is answered in %s', async (wanted, spoken) => {
    const { language, body } = await read(`/v1/consumables/${world.consumableId}`, wanted);
    expect(language).toBe(spoken);
    expect(body.sentence).toBe(spoken === 'de' ? GERMAN : ENGLISH);
  });

  test('the consumable, its list and its predictability', async () => {
    const { body } = await read(`/v1/consumables?deviceId=${world.deviceId}`, 'de');
    expect(body.items[0].sentence).toBe(GERMAN);
    expect(body.items[0].predictability.reason).toContain('nicht gut genug bekannt');
    expect(body.items[0].said).toBeUndefined();
  });

  test('the decision with every gate', async () => {
    const { body } = await read(`/v1/decisions?consumableId=${world.consumableId}`, 'de');
    const [decision] = body.items;
    expect(decision.sentence).toBe(GERMAN);
    expect(decision.gates).toEqual([
      {
        gate: 'consent',
        pass: false,
        reason: 'Es gibt keine Einwilligung, dies automatisch zu bestellen.',
      },
    ]);
    expect((await read(`/v1/decisions/${decision.id}`, 'de')).body).toEqual(decision);
  });

  test('the order, its list and its history', async () => {
    const { body } = await read(`/v1/orders/${orderId}`, 'de');
    expect(body).toMatchObject({ statusReason: GERMAN, history: [{}, { reason: GERMAN }] });
    expect((await read('/v1/orders', 'de')).body.items[0].statusReason).toBe(GERMAN);
  });

  test("somebody's own words stay as they are", async () => {
    await api.database.pool.query('UPDATE "order" SET status_reason = $2, status_said = NULL WHERE id = $1', [
      orderId,
      'We still have enough.',
    ]);
    expect((await read(`/v1/orders/${orderId}`, 'de')).body.statusReason).toBe('We still have enough.');
  });

  test('a refusal too, with its values filled in', async () => {
    const { body } = await read(`/v1/orders/${world.modelId}`, 'de');
    expect(body).toMatchObject({ code: 'not-found', title: 'Nicht gefunden' });
    expect(body.detail).toContain(world.modelId);
    expect((await read(`/v1/orders/${world.modelId}`, 'en')).body.title).toBe('Not found');
  });

  test('every German refusal names the same values as the English one', () => {
    const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
    for (const [code, { detail }] of Object.entries(PROBLEMS)) {
      expect([code, names(PROBLEMS_IN_GERMAN[code as ProblemCode].detail)]).toEqual([code, names(detail)]);
    }
  });
});
