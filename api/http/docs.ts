import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { sessionCookieName } from '../auth/better-auth.ts';
import { polishDocument } from './polish-document.ts';

const TAGS = {
  'Sign-in': 'Accounts, passwords, second factors and passkeys of people.',
  People: 'Who is signed in, who acts for which customer, who runs the installation.',
  'Device models': 'What kinds of devices there are, and the slots that each has for consumables.',
  Merchants: 'Who sells consumables, and how they are reached.',
  Products: 'What merchants sell, and which slots it fits.',
  Customers: 'Who owns devices and decides about orders.',
  Privacy: 'What is kept of customers for how long, and being forgotten.',
  Devices: 'Registered devices and their credentials.',
  Claims: 'How devices come to their customers, and leave them.',
  Provisioning: 'How fleets come to their credentials.',
  Consumables: 'Slots of devices: level, forecast, strategy, readings.',
  Consents: 'Who agreed to what, append-only; mandates are the limits of automatic orders.',
  Holds: 'Dates without deliveries.',
  Decisions: 'Why something was or was not ordered.',
  Orders: 'From proposal to installation.',
  Messages: 'What customers are told, and how it reaches them.',
  Webhooks: 'What merchants tell.',
  Console: 'What the staff looks at: tables, reports, trials of changed thresholds.',
  Review: 'Automatic orders that staff look at before they are placed.',
  Operations: 'Halts, dead letters, settings, counts, health.',
} as const;

const DESCRIPTION = `Neverout registers devices and their consumables, shows what they will need and when, and takes
the customer's decisions. Bodies are JSON in camelCase, instants are ISO 8601, dates are meant in the
customer's time zone, amounts are integers in minor units of their currency. Lists are paged: pass
\`nextCursor\` as \`cursor\`. Whatever is not a success is a problem document (RFC 9457).`;

/**
 * The page's own policy without what the plugin allows beyond: other hosts, which an installation without
 * internet does not reach, and the upgrade to https, which one on a plain LAN does not serve.
 */
const ownFilesOnly = (header: string): string =>
  header
    .replace(/\s*upgrade-insecure-requests;?/, '')
    .replaceAll(/ (https:(?=[ ;])|validator\.swagger\.io)/g, '');

export async function serveDocs(app: FastifyInstance, publicUrl: string | undefined): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Neverout',
        version: '0.1.0',
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl ?? '/' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          apiToken: { type: 'http', scheme: 'bearer', description: 'The API token of this installation.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: sessionCookieName(publicUrl),
            description: 'Set by signing in.',
          },
          provisioningToken: { type: 'http', scheme: 'bearer', description: "A manufacturer's token." },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => polishDocument(jsonSchemaTransformObject(document)),
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: ownFilesOnly,
    theme: { title: 'Neverout API' },
    uiConfig: {
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
      layout: 'BaseLayout',
      persistAuthorization: false,
    },
  });
  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, () => app.swagger());
}
