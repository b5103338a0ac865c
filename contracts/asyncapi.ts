import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  deviceCommandSchema,
  deviceEventSchema,
  deviceStateSchema,
  REFUSALS,
  TOPIC_ROOT,
  telemetrySchema,
} from './mqtt.ts';

/** The AsyncAPI 3 document of what devices say and hear, made from mqtt.ts; `npm run asyncapi` writes it. */

const ID = '01981d6b-7f4e-7b3a-9d0a-4f6a1c2b3d4e';

const CHANNELS = {
  telemetry: {
    title: 'Telemetry',
    summary: 'One report of levels and counters, with the own time and sequence number of the device.',
    schema: telemetrySchema,
    direction: 'send',
    retain: false,
    contentType: 'application/json',
    examples: [
      {
        name: 'A colour printer',
        payload: {
          v: 1,
          at: '2026-11-21T10:00:00Z',
          seq: 812,
          consumables: { black: { level: 0.37, serial: 'CRG-0042' }, cyan: { level: 'some' } },
          counters: { pages: 10_231 },
        },
      },
      {
        name: 'A fridge that was offline',
        payload: {
          v: 1,
          at: '2026-11-20T22:00:00Z',
          seq: 811,
          consumables: { milk: { amount: 0.4, unit: 'l' } },
          historical: true,
        },
      },
    ],
  },
  event: {
    title: 'Event',
    summary: 'Something that happened at the device: a button, a replaced consumable, a fault.',
    schema: deviceEventSchema,
    direction: 'send',
    retain: false,
    contentType: 'application/json',
    examples: [
      {
        name: 'A new cartridge',
        payload: { v: 1, at: '2026-11-21T10:00:00Z', seq: 813, type: 'replaced', consumable: 'black' },
      },
      {
        name: 'One that was put in while the network was away',
        payload: {
          v: 1,
          at: '2026-11-20T16:00:00Z',
          seq: 809,
          type: 'replaced',
          consumable: 'cyan',
          historical: true,
        },
      },
    ],
  },
  state: {
    title: 'Presence',
    summary: 'Birth and will, retained: plain text, online or offline.',
    schema: deviceStateSchema,
    direction: 'send',
    retain: true,
    contentType: 'text/plain',
    examples: [{ name: 'Birth', payload: 'online' }],
  },
  command: {
    title: 'Command',
    summary: 'What the platform tells the device. No command takes a function away.',
    schema: deviceCommandSchema,
    direction: 'receive',
    retain: false,
    contentType: 'application/json',
    examples: [
      {
        name: 'A cartridge is on its way',
        payload: {
          v: 1,
          type: 'order-status',
          consumable: 'black',
          status: 'shipped',
          arrivesFrom: '2026-11-24',
        },
      },
    ],
  },
} as const;

type Name = keyof typeof CHANNELS;
const names = Object.keys(CHANNELS) as Name[];
const byName = <Value>(of: (name: Name) => Value): Record<string, Value> =>
  Object.fromEntries(names.map((name) => [name, of(name)]));
const reference = (path: string): { $ref: string } => ({ $ref: `#/${path}` });

/** Without the dialect's address, which AsyncAPI states once for all, and without patterns beside a format. */
function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema: made }) => {
      if (made.format !== undefined) delete made.pattern;
    },
  });
  return rest;
}

const INFO = {
  title: 'Neverout: devices',
  version: '1.0.0',
  description:
    'MQTT 3.1.1, JSON, QoS 1. A PUBACK means stored, or refused and kept with its reason: a device never has ' +
    'to send the same message again once it is acknowledged. A message that was not acknowledged is sent again ' +
    'as it was, with the same at and seq, and is kept once. docs/protocol.md tells the whole.',
  license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
};

const SERVERS = {
  plain: {
    host: 'localhost:1883',
    protocol: 'mqtt',
    protocolVersion: '3.1.1',
    description: 'Within one network; the port is MQTT_PORT.',
    security: [reference('components/securitySchemes/deviceSecret')],
  },
  secure: {
    host: 'localhost:8883',
    protocol: 'mqtts',
    protocolVersion: '3.1.1',
    description: 'TLS; the port is MQTT_TLS_PORT.',
    security: [
      reference('components/securitySchemes/deviceSecret'),
      reference('components/securitySchemes/deviceCertificate'),
    ],
  },
};

const SECURITY_SCHEMES = {
  deviceSecret: {
    type: 'userPassword',
    description: 'User name: the device id, in lower case. Password: its secret. Client id: the device id.',
  },
  deviceCertificate: {
    type: 'X509',
    description: 'A client certificate whose SHA-256 fingerprint is registered for the device.',
  },
};

/** The whole document as a plain value. */
export function asyncApiDocument(): Record<string, unknown> {
  return {
    asyncapi: '3.0.0',
    info: INFO,
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: byName((name) => ({
      address: `${TOPIC_ROOT}/{deviceId}/${name}`,
      title: CHANNELS[name].title,
      summary: CHANNELS[name].summary,
      parameters: {
        deviceId: { description: 'The id of the own device; no other is allowed.', examples: [ID] },
      },
      messages: { [name]: reference(`components/messages/${name}`) },
    })),
    operations: byName((name) => ({
      action: CHANNELS[name].direction,
      channel: reference(`channels/${name}`),
      summary: CHANNELS[name].summary,
      messages: [reference(`channels/${name}/messages/${name}`)],
      bindings: {
        mqtt: {
          qos: 1,
          ...(CHANNELS[name].direction === 'send' ? { retain: CHANNELS[name].retain } : {}),
          bindingVersion: '0.2.0',
        },
      },
    })),
    components: {
      messages: byName((name) => ({
        name,
        title: CHANNELS[name].title,
        contentType: CHANNELS[name].contentType,
        payload: reference(`components/schemas/${name}`),
        examples: CHANNELS[name].examples,
      })),
      schemas: byName((name) => jsonSchema(CHANNELS[name].schema)),
      securitySchemes: SECURITY_SCHEMES,
    },
    'x-refusals': REFUSALS,
  };
}

const ASYNCAPI_FILE = fileURLToPath(new URL('../docs/asyncapi.json', import.meta.url));

if (import.meta.main) writeFileSync(ASYNCAPI_FILE, `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);
