import { readFileSync } from 'node:fs';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import * as formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { asyncApiDocument } from '../../contracts/asyncapi.ts';
import { deviceCommandSchema, PUBLISH_KINDS, telemetrySchema, topicOf } from '../../contracts/mqtt.ts';

const written: unknown = JSON.parse(
  readFileSync(new URL('../../docs/asyncapi.json', import.meta.url), 'utf8'),
);
const parts = asyncApiDocument() as {
  channels: Record<string, { address: string }>;
  operations: Record<string, { action: string }>;
  components: {
    schemas: Record<string, object>;
    messages: Record<string, { examples: readonly { name: string; payload: unknown }[] }>;
  };
};

/** Schemas use the keywords of draft 7; formats are checked. */
function validator(schema: object): (value: unknown) => boolean {
  // The standard's schema brings draft 7 along, which must then not be there twice.
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false });
  formats.default.default(ajv);
  return ajv.compile(schema);
}

test('the committed document is what the contracts say: npm run asyncapi', () => {
  expect(written).toEqual(JSON.parse(JSON.stringify(asyncApiDocument())));
});

test("it is AsyncAPI 3.0 by the standard's own schema, which refuses a broken one", () => {
  const schema: object = specs.schemas['3.0.0'];
  const isAsyncApi = validator(schema);
  expect(isAsyncApi(written)).toBe(true);
  expect(isAsyncApi({ ...(written as object), channels: { a: { address: 7 } } })).toBe(false);
});

test('every topic of a device is a channel, and only commands are received', () => {
  const addresses = Object.fromEntries(
    Object.entries(parts.channels).map(([name, { address }]) => [name, address]),
  );
  for (const kind of [...PUBLISH_KINDS, 'command'] as const) {
    expect(addresses[kind]).toBe(topicOf('{deviceId}', kind));
    expect(parts.operations[kind]?.action).toBe(kind === 'command' ? 'receive' : 'send');
  }
});

test('each example fits its schema, as AsyncAPI has it and as the platform reads it', () => {
  for (const [name, { examples }] of Object.entries(parts.components.messages)) {
    const fits = validator(parts.components.schemas[name] ?? {});
    for (const { payload } of examples) {
      expect(fits(payload), name).toBe(true);
      if (name === 'telemetry') expect(telemetrySchema.safeParse(payload).success).toBe(true);
      if (name === 'command') expect(deviceCommandSchema.safeParse(payload).success).toBe(true);
    }
  }
});

test('what the platform refuses as bad-schema, the document refuses too', () => {
  const fits = validator(parts.components.schemas['telemetry'] ?? {});
  const good = { v: 1, at: '2026-11-21T10:00:00Z', seq: 1, consumables: { black: { level: 0.5 } } };
  expect(fits(good)).toBe(true);
  for (const bad of [
    { ...good, v: 2 },
    { ...good, at: 'yesterday' },
    { ...good, seq: -1 },
    { ...good, consumables: { black: { level: 1.5 } } },
    { ...good, consumables: { black: { level: 'much' } } },
    { ...good, consumables: { black: { amount: 3 } } },
  ]) {
    expect(telemetrySchema.safeParse(bad).success).toBe(false);
    expect(fits(bad), JSON.stringify(bad)).toBe(false);
  }
});
