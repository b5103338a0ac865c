import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ACCESSES, type Access, bearerMatcher, guardRoutes } from '../../api/http/access.ts';
import type { Browser } from './support/browser.ts';
import { type OwnedWorld, seedOwnedWorld } from './support/owned-world.ts';
import { expectStatus, join, joinStaff, PASSWORD } from './support/people.ts';
import { type ServedApi, serveApi, TOKEN, tokenIn } from './support/served-api.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
/** Of a customer: what requests may name. */
const OWNED = [
  'customerId',
  'deviceId',
  'consumableId',
  'consentId',
  'holdId',
  'orderId',
  'decisionId',
  'invitationId',
  'addressId',
];
const WHOEVER: ReadonlySet<Access> = new Set(['public', 'signature', 'provisioning-token']);
const MEMBERS = ['viewer', 'member', 'owner'] as const;

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  /** Filters that name what a customer owns. */
  readonly filters: readonly string[];
  /** Filters that have to be there. */
  readonly required: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: an example of any shape
  readonly example: any;
}

type Who = (typeof MEMBERS)[number] | 'stranger' | 'newcomer' | 'ops' | 'admin' | 'limited';

/** Every route of the document, walked by everybody who may not pass: a new route is covered by being documented. */
describe('access', () => {
  let api: ServedApi;
  let operations: readonly Operation[];
  let world: OwnedWorld;
  const people = new Map<Who, Browser>();
  const userIds = new Map<Who, string>();
  let addresses = 0;

  /** From an address of its own each, as a proxy tells it: rate limits are tested elsewhere. */
  const send = async (browser: Browser, method: string, path: string, body?: unknown) => {
    addresses += 1;
    browser.headers.set(
      'x-forwarded-for',
      `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`,
    );
    return await browser.send(method, path, body);
  };
  const person = (who: Who): Browser => {
    const browser = people.get(who);
    if (browser === undefined) throw new Error(`nobody is ${who}`);
    return browser;
  };
  /** A world that nobody touched, with its members. */
  const renew = async () => {
    world = await seedOwnedWorld(api);
    for (const role of MEMBERS) {
      await api.database.pool.query('DELETE FROM member WHERE user_id = $1', [userIds.get(role)]);
      await api.database.pool.query(
        'INSERT INTO member (customer_id, user_id, role, created_at) VALUES ($1, $2, $3, now())',
        [world['customerId'], userIds.get(role), role],
      );
    }
  };
  const url = ({ path, required }: Operation, filters: readonly string[] = []): string => {
    const filled = path.replace(/\{(\w+)\}/g, (_match, key: string) => world[key] ?? randomUUID());
    const query = [...new Set([...required, ...filters])].map((key) => `${key}=${world[key]}`).join('&');
    return query === '' ? filled : `${filled}?${query}`;
  };
  const body = ({ example }: Operation) =>
    example === undefined
      ? undefined
      : JSON.parse(JSON.stringify(example), (key, value: unknown) =>
          key === 'productIds' ? [world['productId']] : (world[key] ?? value),
        );
  const ask = (who: Who | Browser, operation: Operation) =>
    send(typeof who === 'string' ? person(who) : who, operation.method, url(operation), body(operation));
  const withAccess = (...wanted: Access[]) => operations.filter(({ access }) => wanted.includes(access));

  beforeAll(async () => {
    api = await serveApi({ TRUSTED_PROXIES: '127.0.0.1,::1' });
    operations = await readOperations(api);
    for (const who of [...MEMBERS, 'stranger', 'newcomer'] as const)
      people.set(who, await join(api, `${who}@example.org`));
    for (const role of ['ops', 'admin'] as const)
      people.set(role, await joinStaff(api, `${role}@example.org`, role));
    await api.machine.post('/v1/users', { email: 'limited@example.org', name: 'L', role: 'admin' });
    const limited = api.browser();
    const token = tokenIn(await api.mailTo('limited@example.org'), 'reset-password');
    await expectStatus(limited.post('/v1/auth/reset-password', { token, newPassword: PASSWORD }), 204);
    await expectStatus(
      limited.post('/v1/auth/sign-in', { email: 'limited@example.org', password: PASSWORD }),
      200,
    );
    people.set('limited', limited);
    for (const [who, browser] of people) userIds.set(who, (await browser.get('/v1/me')).body.id);
    world = await seedOwnedWorld(api);
    await api.database.pool.query(
      `INSERT INTO member (customer_id, user_id, role, created_at) VALUES ($1, $2, 'owner', now())`,
      [world['customerId'], userIds.get('stranger')],
    );
    await renew();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('is stated by every route, and every kind of it occurs', () => {
    expect(operations.length).toBeGreaterThan(80);
    for (const { name, access } of operations) expect(ACCESSES, name).toContain(access);
    const used = new Set(operations.map(({ access }) => access));
    expect(ACCESSES.filter((access) => !used.has(access))).toEqual(['token']);
  });

  test('of what a customer owns is for its members or for staff, and viewers change nothing', () => {
    const beyond: readonly Access[] = ['ops', 'admin', 'token'];
    for (const { name, path, access, method, filters } of operations) {
      const isOwned = filters.length > 0 || OWNED.some((key) => path.includes(`{${key}}`));
      if (isOwned) expect([...MEMBERS, ...beyond], name).toContain(access);
      if (access === 'viewer') expect(method, name).toBe('get');
    }
  });

  test('without a session or with a wrong token nothing but the open routes answers', async () => {
    const nobody = api.browser();
    const wrong = api.browser();
    wrong.headers.set('authorization', 'Bearer wrong');
    const both = api.browser();
    for (const [name, value] of person('admin').cookies) both.cookies.set(name, value);
    both.headers.set('authorization', 'Bearer wrong');
    for (const operation of operations.filter(({ access }) => !WHOEVER.has(access))) {
      for (const browser of [nobody, wrong, both]) {
        expect((await ask(browser, operation)).status, operation.name).toBe(401);
      }
    }
  });

  test("another customer's things answer as if they did not exist", async () => {
    const owned = withAccess(...MEMBERS);
    expect(owned.length).toBeGreaterThan(25);
    for (const operation of owned) {
      const names = OWNED.some(
        (key) =>
          operation.path.includes(`{${key}}`) || JSON.stringify(body(operation) ?? {}).includes(`"${key}"`),
      );
      if (names || operation.required.some((key) => OWNED.includes(key))) {
        const { status, body: answer } = await ask('stranger', operation);
        expect(status, operation.name).toBe(404);
        expect(answer.code, operation.name).toBe('not-found');
      }
      for (const filter of operation.filters) {
        const answer = await send(
          person('stranger'),
          operation.method,
          url(operation, [filter]),
          body(operation),
        );
        expect(answer.status, `${operation.name}?${filter}`).toBe(404);
      }
      // The same answer as for what does not exist at all.
      const real = world;
      world = Object.fromEntries(
        Object.keys(real).map((key) => [key, key === 'slotKey' ? 'black' : randomUUID()]),
      );
      if (names) expect((await ask('stranger', operation)).status, operation.name).toBe(404);
      world = real;
    }
  });

  test('lists without a filter show only the own customer', async () => {
    // A stream is no list: test/portal/live.test.ts has its own.
    const lists = withAccess('viewer').filter(
      ({ path, required }) => !path.includes('{') && required.length === 0 && path !== '/v1/live',
    );
    expect(lists.map(({ path }) => path).toSorted()).toEqual([
      '/v1/consumables',
      '/v1/devices',
      '/v1/orders',
    ]);
    for (const list of lists) {
      const own = await send(person('viewer'), 'get', list.path);
      expect(own.body.items.length, list.path).toBe(1);
      expect(JSON.stringify(own.body)).toContain(world['customerId']);
      const others = await send(person('stranger'), 'get', list.path);
      for (const id of Object.values(world).filter((value) => value.length === 36)) {
        expect(JSON.stringify(others.body), list.path).not.toContain(id);
      }
      const newcomer = await send(person('newcomer'), 'get', list.path);
      expect(newcomer).toMatchObject({ status: 400, body: { code: 'customer-required' } });
    }
  });

  test('too low a role is refused, the right one passes', async () => {
    const passes = (status: number) => ![401, 403, 404].includes(status);
    for (const [rank, access] of MEMBERS.entries()) {
      for (const operation of withAccess(access)) {
        await renew();
        for (const lower of MEMBERS.slice(0, rank)) {
          const refused = await ask(lower, operation);
          expect(refused, `${operation.name} by ${lower}`).toMatchObject({
            status: 403,
            body: { code: 'forbidden' },
          });
        }
        if (access === 'owner') expect((await ask('ops', operation)).status, operation.name).toBe(403);
        expect((await ask('limited', operation)).body?.code, operation.name).toBe('second-factor-required');
        // Paths with something else in them, which this world does not have, are past the guard with 404.
        const isWhole = [...operation.path.matchAll(/\{(\w+)\}/g)].every(
          ([, key]) => world[key ?? ''] !== undefined,
        );
        const { status, body: answer } = await ask(access, operation);
        const detail = `${operation.name} by ${access}: ${status} ${JSON.stringify(answer)}`;
        expect(isWhole ? passes(status) : status !== 403, detail).toBe(true);
      }
    }
  });

  // A world of its own for each of some hundred and fifty routes.
  test('what is for staff is refused to customers, and what is for admins to ops', {
    timeout: 120_000,
  }, async () => {
    await renew();
    for (const operation of withAccess('ops', 'admin', 'token')) {
      for (const who of ['owner', 'stranger', 'newcomer'] as const) {
        expect((await ask(who, operation)).body?.code, `${operation.name} by ${who}`).toBe('forbidden');
      }
      expect((await ask('limited', operation)).body?.code, operation.name).toBe('second-factor-required');
      if (operation.access !== 'ops') expect((await ask('ops', operation)).status, operation.name).toBe(403);
    }
    for (const operation of withAccess('ops')) {
      expect([401, 403], operation.name).not.toContain((await ask('ops', operation)).status);
    }
    for (const operation of withAccess('ops', 'admin', ...MEMBERS)) {
      await renew();
      expect([401, 403], operation.name).not.toContain((await ask('admin', operation)).status);
      expect([401, 403], operation.name).not.toContain((await ask(api.machine, operation)).status);
    }
  });

  test('what is for people is refused to machines, and to staff without a second factor', async () => {
    for (const operation of withAccess('session', 'person')) {
      expect((await ask(api.machine, operation)).body?.code, operation.name).toBe('forbidden');
    }
    for (const operation of withAccess('person', 'signed-in')) {
      expect((await ask('limited', operation)).body?.code, operation.name).toBe('second-factor-required');
    }
    for (const operation of withAccess('signed-in')) {
      expect([401, 403], operation.name).not.toContain((await ask('newcomer', operation)).status);
    }
  });

  test('of a customer cannot be asked for by a route that names nothing of a customer', () => {
    const app = fastify();
    const guard = {
      isToken: bearerMatcher(TOKEN),
      findPerson: () => Promise.resolve(null),
      isOwnOrigin: () => false,
      findOwner: () => Promise.resolve(null),
    };
    guardRoutes(app, guard);
    const route = (access: Access, schema = {}) =>
      app.get(`/${randomUUID()}`, { config: { access }, schema }, () => 'x');
    expect(() => route('viewer')).toThrow('names none');
    expect(() => route('viewer', { querystring: z.object({ deviceModelId: z.string() }) })).toThrow(
      'names none',
    );
    expect(() => route('viewer', { querystring: z.object({ deviceId: z.string() }) })).not.toThrow();
    expect(() => route('ops')).not.toThrow();
  });
});

async function readOperations(api: ServedApi): Promise<readonly Operation[]> {
  const { body: document } = await api.browser().get('/openapi.json');
  return Object.entries<object>(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => {
      // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
      const operation = (item as any)[method];
      const query = (operation.parameters ?? []).filter(({ in: where }: { in: string }) => where === 'query');
      const names = (list: { name: string }[]) => list.map(({ name }) => name);
      return {
        name: `${method.toUpperCase()} ${path}`,
        method,
        path,
        access: operation['x-access'],
        filters: names(query).filter((key) => OWNED.includes(key)),
        required: names(query.filter(({ required }: { required?: boolean }) => required === true)),
        example: exampleOf(document, operation),
      };
    }),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
function exampleOf(document: any, operation: any): unknown {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (schema === undefined) return undefined;
  const name = /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(schema))?.[1] ?? '';
  return document.components.schemas[name]?.examples?.[0] ?? {};
}
