import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Config } from '../platform/config.ts';

export interface Listener {
  readonly name: 'mqtt' | 'mqtts' | 'ws';
  readonly server: Server;
  /** The port wanted; 0: any. */
  readonly port: number;
}

/** A byte stream that MQTT is spoken over. */
export interface Accepted {
  readonly conn: Duplex;
  readonly address: string;
  readonly certificateFingerprint: string | null;
}

export interface Reception {
  /** Asked for each TCP connection, before any handshake; false: it is closed at once. */
  readonly mayEnter: (socket: Socket) => boolean;
  readonly onConnection: (accepted: Accepted) => void;
  /** A listener failed, for instance because no file descriptor is left: those connected stay. */
  readonly onError: (error: Error) => void;
}

/** A TLS or HTTP handshake that takes longer is somebody holding the door. */
const HANDSHAKE_WITHIN_MS = 10_000;
/** What Node buffers of one socket that is not read: times all connections, this is the memory of a flood. */
const SOCKET_BUFFER_BYTES = 16_384;

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, highWaterMark: SOCKET_BUFFER_BYTES } as const;

/** Every listener that the settings ask for; none listens yet. */
export function makeListeners(config: Config, reception: Reception): Listener[] {
  const listeners: Listener[] = [{ name: 'mqtt', server: makeTcpServer(reception), port: config.MQTT_PORT }];
  if (config.MQTT_TLS_PORT !== undefined) {
    listeners.push({ name: 'mqtts', server: makeTlsServer(config, reception), port: config.MQTT_TLS_PORT });
  }
  if (config.MQTT_WS_PORT !== undefined) {
    listeners.push({ name: 'ws', server: makeWebSocketServer(config, reception), port: config.MQTT_WS_PORT });
  }
  // One that cannot even bind is the affair of whoever asked it to.
  for (const { server } of listeners) server.on('listening', () => server.on('error', reception.onError));
  return listeners;
}

const addressOf = (socket: Socket): string => socket.remoteAddress ?? 'unknown';

function makeTcpServer({ mayEnter, onConnection }: Reception): Server {
  return createServer(SOCKET_OPTIONS, (socket) => {
    if (mayEnter(socket)) {
      onConnection({ conn: socket, address: addressOf(socket), certificateFingerprint: null });
    }
  });
}

/**
 * A client certificate is asked for and not required: devices may also come with their secret. With a CA
 * configured only certificates that it signed count; without, the registered fingerprint alone decides.
 */
function makeTlsServer(config: Config, { mayEnter, onConnection }: Reception): Server {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  const ca = read(config.MQTT_TLS_CLIENT_CA);
  const server = createTlsServer({
    ...SOCKET_OPTIONS,
    cert: read(config.MQTT_TLS_CERT),
    key: read(config.MQTT_TLS_KEY),
    ...(ca === undefined ? {} : { ca }),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_WITHIN_MS,
  });
  server.prependListener('connection', (socket: Socket) => void mayEnter(socket));
  server.on('secureConnection', (socket) => {
    const certificateFingerprint = fingerprintOf(socket, ca !== undefined);
    onConnection({ conn: socket, address: addressOf(socket), certificateFingerprint });
  });
  // A handshake that fails is the client's affair.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return server;
}

function fingerprintOf(socket: TLSSocket, mustBeSigned: boolean): string | null {
  if (mustBeSigned && !socket.authorized) return null;
  const certificate = socket.getPeerX509Certificate();
  return certificate?.fingerprint256.replaceAll(':', '').toLowerCase() ?? null;
}

/** MQTT over WebSocket: subprotocol `mqtt`, binary frames only [MQTT-6.0.0-1, 6.0.0-3]. */
function makeWebSocketServer(config: Config, { mayEnter, onConnection }: Reception): Server {
  const server = createHttpServer({
    ...SOCKET_OPTIONS,
    headersTimeout: HANDSHAKE_WITHIN_MS,
    requestTimeout: HANDSHAKE_WITHIN_MS,
    connectionsCheckingInterval: HANDSHAKE_WITHIN_MS,
  });
  server.on('request', (_, response) => response.writeHead(426, { Upgrade: 'websocket' }).end());
  server.prependListener('connection', (socket: Socket) => void mayEnter(socket));
  const webSockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
    // One frame may hold several packets; the packets themselves are limited behind this.
    maxPayload: Math.max(65_536, config.MQTT_MAX_PAYLOAD_BYTES),
    perMessageDeflate: false,
    clientTracking: false,
  });
  // The server's errors come by here a second time; its owner is told of them (see makeListeners).
  webSockets.on('error', () => undefined);
  webSockets.on('connection', (webSocket, request) => {
    // What is no frame ends the connection, also one that is being turned away; unheard it would end the process.
    webSocket.on('error', () => undefined);
    if (webSocket.protocol !== 'mqtt') {
      webSocket.close(1002, 'the subprotocol is mqtt');
      return;
    }
    webSocket.on('message', (_, isBinary) => {
      if (!isBinary) webSocket.terminate();
    });
    const conn = createWebSocketStream(webSocket, { readableHighWaterMark: SOCKET_BUFFER_BYTES });
    onConnection({ conn, address: addressOf(request.socket), certificateFingerprint: null });
  });
  return server;
}
