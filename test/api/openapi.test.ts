import { randomUUID } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearerMatcher, guardRoutes } from '../../api/http/access.ts';
import { createTestApi, type TestApi, TOKEN } from './support.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
/** Whoever may call these without the token; anything else that turns up is a mistake. */
const OPEN = new Set([
  'GET /v1/deliveries.ics',
  'GET /v1/erasures/{erasureId}',
  'POST /v1/auth/sign-up',
  'POST /v1/auth/verify-email',
  'POST /v1/auth/send-verification-email',
  'POST /v1/auth/sign-in',
  'POST /v1/auth/request-password-reset',
  'POST /v1/auth/reset-password',
  'POST /v1/auth/two-factor/verify',
  'POST /v1/auth/two-factor/verify-backup-code',
  'POST /v1/auth/passkeys/sign-in-options',
  'POST /v1/auth/passkeys/sign-in',
  'POST /v1/provisioning',
  'GET /.well-known/neverout-keys.json',
  'GET /v1/operator',
  'GET /v1/jurisdictions',
  'GET /v1/jurisdictions/{code}',
  'GET /health',
  'GET /ready',
  'GET /problems',
  'GET /problems/{code}',
  'POST /v1/merchants/{merchantId}/webhooks',
]);

describe('the OpenAPI document', () => {
  let api: TestApi;
  // biome-ignore lint/suspicious/noExplicitAny: a document of any shape is being checked
  let document: any;
  beforeAll(async () => {
    api = await createTestApi();
    document = (await api.app.inject('/openapi.json')).json();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  // biome-ignore lint/suspicious/noExplicitAny: as above
  const operations = (): { name: string; method: (typeof METHODS)[number]; path: string; operation: any }[] =>
    Object.entries<object>(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => ({
        name: `${method.toUpperCase()} ${path}`,
        method,
        path,
        operation: (item as Record<string, unknown>)[method],
      })),
    );
  const fill = (path: string) => path.replace(/\{\w+\}/g, () => randomUUID());

  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test('describes every route that is served', () => {
    const served = api.app.printRoutes({ commonPrefix: false, includeHooks: false });
    expect(operations().length).toBeGreaterThan(45);
    for (const feature of [
      'device-models',
      'consents',
      'holds',
      'orders',
      'halts',
      'dead-letters',
      'stats',
    ]) {
      expect(served).toContain(feature);
      expect(Object.keys(document.paths).join()).toContain(`/v1/${feature}`);
    }
  });

  test('says of every operation what it is, and which problems it answers', () => {
    const tags = document.tags.map(({ name }: { name: string }) => name);
    for (const { name, operation } of operations()) {
      expect(operation.summary, name).toMatch(/^[A-Z].*[^.]$/);
      expect(tags, name).toContain(operation.tags[0]);
      expect(operation.responses['500'].content, name).toHaveProperty(['application/problem+json']);
      expect(JSON.stringify(operation.responses), name).not.toContain('Default Response');
    }
    for (const [name, schema] of Object.entries<{ examples?: unknown[] }>(document.components.schemas)) {
      if (name.startsWith('New') && name !== 'NewMandate' && name !== 'NewDevices' && name !== 'NewFits') {
        expect(schema.examples ?? [], name).not.toEqual([]);
      }
    }
  });

  test('every operation but the open ones refuses who has no token or a wrong one', async () => {
    const guarded = operations().filter(({ name }) => !OPEN.has(name));
    expect(operations().length - guarded.length).toBe(OPEN.size);
    for (const { name, method, path, operation } of guarded) {
      expect(operation.security, name).toContainEqual(
        ['session', 'person'].includes(operation['x-access']) ? { session: [] } : { apiToken: [] },
      );
      for (const authorization of [undefined, 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, TOKEN]) {
        const headers = authorization === undefined ? {} : { authorization };
        // Each from an address of its own: the rate limit is tested elsewhere.
        const remoteAddress = `10.0.${Math.floor(Math.random() * 255)}.${Math.floor(Math.random() * 255)}`;
        const response = await api.app.inject({ method, url: fill(path), headers, remoteAddress });
        expect(response.statusCode, `${name} with ${authorization}`).toBe(401);
        expect(response.json().code).toBe('unauthenticated');
        expect(response.headers['www-authenticate']).toBe('Bearer');
      }
    }
  });

  test('with the token no operation answers 401, and none fails on unknown ids', async () => {
    for (const { name, method, path, operation } of operations()) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const response = await api.app.inject({ method, url: fill(path), headers });
      // Those know other proofs, or only people.
      if (!OPEN.has(name) && !['session', 'person'].includes(operation['x-access']))
        expect(response.statusCode, name).not.toBe(401);
      expect(response.statusCode, name).toBeLessThan(500);
    }
  });

  test('a route that states no access cannot be registered', () => {
    const app = fastify();
    guardRoutes(app, {
      isToken: bearerMatcher(TOKEN),
      findPerson: () => Promise.resolve(null),
      isOwnOrigin: () => false,
      findOwner: () => Promise.resolve(null),
    });
    expect(() => app.get('/open', () => 'hello')).toThrow('states no access');
  });
});
