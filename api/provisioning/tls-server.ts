import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../platform/config.ts';

/** A handshake or a request that takes longer is somebody holding the door. */
const WITHIN_MS = 10_000;
/** Devices trade once in their life: a factory line needs a few at a time. */
const MAX_CONNECTIONS = 500;
const PATH = '/v1/provisioning';

/**
 * The same API behind TLS that asks for a client certificate, and of it one route only: who comes with a claim
 * certificate can trade it and do nothing else. Any certificate gets through the handshake, which proves its
 * key; whether it is registered, the route finds out. It does not listen by itself.
 */
export function makeProvisioningServer(app: FastifyInstance, config: Config): Server {
  const read = (file: string | undefined) => readFileSync(file ?? '');
  const server = createServer(
    {
      cert: read(config.MQTT_TLS_CERT),
      key: read(config.MQTT_TLS_KEY),
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: WITHIN_MS,
      requestTimeout: WITHIN_MS,
      headersTimeout: WITHIN_MS,
      minVersion: 'TLSv1.2',
    },
    (request, response) => {
      if (request.method === 'POST' && request.url === PATH) app.routing(request, response);
      else response.writeHead(404).end();
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
