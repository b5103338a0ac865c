import { randomUUID } from 'node:crypto';
import { buildRules, type Rules } from '../../rules/build-rules.ts';
import {
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  newConsent,
  type TestApi,
  type World,
} from '../api/support.ts';

/** What a person told the platform, or could be told by: none of it may be left. */
export const PERSONAL = {
  name: 'Rosalinde Mustermann',
  email: 'rosalinde@example.org',
  memberEmail: 'enkel@example.org',
  street: 'Tannenweg 17b',
  payment: 'token-4711-of-the-payment-service',
  device: 'Printer beside the piano',
  serial: 'SN-told-by-customer',
  supply: 'CRG-supply-0815',
  hold: 'We are in Madeira',
  calendarUrl: 'https://calendar.example/secret-of-rosalinde',
  calendarText: 'SUMMARY:Surgery on Monday',
  address: '203.0.113.77',
  agent: 'Browser of Rosalinde',
  passkey: 'Phone of Rosalinde',
  sentence: 'You are away in Madeira.',
  message: 'Dear Rosalinde',
  withdrawal: 'Rosalinde M. withdraws',
  payload: 'rubbish-from-the-piano',
  reason: 'Never liked it at Tannenweg',
  invited: 'tante@example.org',
} as const;

export interface ErasureWorld extends AsyncDisposable {
  readonly rules: Rules;
  readonly api: TestApi;
  readonly world: World;
  readonly userIds: readonly string[];
  readonly boughtId: string;
  readonly openId: string;
}

/** A customer about whom something is known in every table. */
export async function createErasureWorld(): Promise<ErasureWorld> {
  const api = await createTestApi();
  const world = await createWorld(api);
  const rules = await buildRules(api.deps);
  const userIds = await addPeople(api, world);
  await nameThings(api, world);
  const orders = await addOrders(api, world);
  await addTraces(api, world, orders.boughtId);
  const dispose = async () => {
    await rules.close();
    await api[Symbol.asyncDispose]();
  };
  return { api, world, rules, userIds, ...orders, [Symbol.asyncDispose]: dispose };
}

async function nameThings({ call, database: { pool } }: TestApi, world: World): Promise<void> {
  const { customerId, deviceId } = world;
  const { name, email } = PERSONAL;
  await call('PATCH', `/v1/customers/${customerId}`, { name, email, language: 'de' });
  await call('PATCH', `/v1/devices/${deviceId}`, { name: PERSONAL.device, serial: PERSONAL.serial });
  await call('POST', '/v1/holds', {
    customerId,
    startsOn: '2026-12-24',
    endsOn: '2026-12-26',
    reason: PERSONAL.hold,
  });
  await call('POST', `/v1/customers/${customerId}/invitations`, { email: PERSONAL.invited, role: 'viewer' });
  await pool.query(
    `INSERT INTO calendar_feed (customer_id, name, url, rule, content, created_at, last_error)
     VALUES ($1, $2, $3, 'all-day-busy', $4, $5, $2)`,
    [customerId, PERSONAL.hold, PERSONAL.calendarUrl, PERSONAL.calendarText, new Date(NOW)],
  );
}

async function addPeople({ database: { pool } }: TestApi, { customerId }: World): Promise<string[]> {
  const ids = [randomUUID(), randomUUID()];
  const at = new Date(NOW);
  for (const [i, id] of ids.entries()) {
    const email = i === 0 ? PERSONAL.email : PERSONAL.memberEmail;
    await pool.query(
      `INSERT INTO auth_user (id, name, email, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)`,
      [id, PERSONAL.name, email, at],
    );
    await pool.query(
      `INSERT INTO auth_session (user_id, token, expires_at, ip_address, user_agent, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $3, $3)`,
      [id, `session-${id}`, at, PERSONAL.address, PERSONAL.agent],
    );
    await pool.query(
      `INSERT INTO auth_account (user_id, account_id, provider_id, password, created_at, updated_at)
       VALUES ($1, $2, 'credential', 'hash-of-a-password', $3, $3)`,
      [id, `account-${id}`, at],
    );
    await pool.query(
      `INSERT INTO auth_passkey (user_id, name, public_key, credential_id, counter, device_type, backed_up)
       VALUES ($1, $2, 'key', $3, 1, 'multiDevice', true)`,
      [id, PERSONAL.passkey, `credential-${id}`],
    );
    await pool.query(
      `INSERT INTO auth_two_factor (user_id, secret, backup_codes) VALUES ($1, 'secret', 'codes')`,
      [id],
    );
    await pool.query(
      `INSERT INTO auth_verification (identifier, value, expires_at, created_at, updated_at)
       VALUES ('hash', $1, $2, $2, $2)`,
      [JSON.stringify({ userId: id, of: PERSONAL.passkey }), at],
    );
    await pool.query('INSERT INTO member (customer_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)', [
      customerId,
      id,
      i === 0 ? 'owner' : 'member',
      at,
    ]);
  }
  return ids;
}

async function addOrders(api: TestApi, world: World): Promise<{ boughtId: string; openId: string }> {
  const { pool } = api.database;
  const mandate = {
    ...newConsent(world).mandate,
    paymentReference: PERSONAL.payment,
    deliveryAddress: {
      recipient: PERSONAL.name,
      street: PERSONAL.street,
      postalCode: '10115',
      city: 'Berlin',
      country: 'DE',
    },
  };
  const consent = await api.call(
    'POST',
    '/v1/consents',
    newConsent(world, { mandate, text: `I, ${PERSONAL.name}, agree.` }),
  );
  const coaching = await api.call('POST', '/v1/consents', {
    ...newConsent(world, { purpose: 'coaching', mandate: undefined }),
    deviceId: world.deviceId,
  });
  await api.call('POST', `/v1/consents/${coaching.body.id}/withdraw`, { reason: PERSONAL.reason });
  await pool.query(
    `INSERT INTO duty (customer_id, consent_id, kind, jurisdiction, subject, detail, due_at, created_at)
     VALUES ($1, $2, 'annual-reminder', 'DE', '2027', $3, $4::timestamptz + interval '300 days', $4)`,
    [world.customerId, consent.body.id, JSON.stringify({ to: PERSONAL.name }), new Date(NOW)],
  );
  const boughtId = await insertOrder(api, world, { status: 'delivered', consentId: consent.body.id });
  const openId = await insertOrder(api, world, { status: 'announced', consentId: consent.body.id });
  await pool.query(
    `UPDATE "order" SET accepted_at = $2, status_reason = $3, merchant_reference = 'M-1' WHERE id = $1`,
    [boughtId, new Date(NOW), PERSONAL.sentence],
  );
  await pool.query(
    `INSERT INTO contract_withdrawal (order_id, name, contact, stated_at, actor, acknowledgement)
     VALUES ($1, $2, $3, $4, $5, $2)`,
    [boughtId, PERSONAL.withdrawal, PERSONAL.email, new Date(NOW), PERSONAL.name],
  );
  return { boughtId, openId };
}

async function addTraces(
  { database: { pool }, app }: TestApi,
  world: World,
  boughtId: string,
): Promise<void> {
  const at = new Date(NOW);
  const { customerId, consumableId, deviceId } = world;
  await pool.query(
    `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level, supply_serial)
     SELECT $1, $2::timestamptz - n * interval '1 day', n, $2, 'measured', 0.5, $3 FROM generate_series(1, 200) n`,
    [consumableId, at, PERSONAL.supply],
  );
  await pool.query(
    `INSERT INTO decision (consumable_id, at, stage, outcome, sentence, inputs, gates)
     VALUES ($1, $2, 'evaluation', 'wait', $3, '{}', '[]')`,
    [consumableId, at, PERSONAL.sentence],
  );
  await pool.query(
    `UPDATE "order" SET decision_id = (SELECT id FROM decision WHERE consumable_id = $1) WHERE id = $2`,
    [consumableId, boughtId],
  );
  await pool.query(
    `INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, detail, order_id)
     VALUES ($1, $2, 'fault', $3, $3, $4, $5)`,
    [deviceId, consumableId, at, JSON.stringify({ said: PERSONAL.payload }), boughtId],
  );
  await pool.query(
    `INSERT INTO dead_letter (received_at, device_id, client_id, reason, detail, payload)
     VALUES ($1, $2::uuid, $2::uuid::text, 'bad-json', 'not JSON', $3)`,
    [at, deviceId, Buffer.from(PERSONAL.payload)],
  );
  await pool.query(
    `INSERT INTO message (customer_id, order_id, kind, detail, created_at) VALUES ($1, $2, 'move-offer', $3, $4)`,
    [customerId, boughtId, JSON.stringify({ text: PERSONAL.message }), at],
  );
  await pool.query(`UPDATE consumable_state SET state = $2, sentence = $3 WHERE consumable_id = $1`, [
    consumableId,
    Buffer.from('state'),
    PERSONAL.sentence,
  ]);
  await pool.query(
    `INSERT INTO claim_code (device_id, code_hash, created_at, expires_at, used_at, used_by)
     VALUES ($1, $2, $3, $3, $3, 'user:somebody')`,
    [deviceId, Buffer.from('code-hash'), at],
  );
  await pool.query(
    `SELECT graphile_worker.add_job('send-message', $1::json, max_attempts => 1, run_at => now() + interval '9 days')`,
    [JSON.stringify({ to: [{ customerId }], text: PERSONAL.message })],
  );
  // From an address of her own, for the audit log.
  await app.inject({
    method: 'PATCH',
    url: `/v1/customers/${customerId}`,
    remoteAddress: PERSONAL.address,
    headers: { authorization: `Bearer test-token-of-the-api-0123456789` },
    payload: { language: 'de' },
  });
}
