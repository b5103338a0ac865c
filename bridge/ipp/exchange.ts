import { request } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

export interface IppEndpoint {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly secure: boolean;
}

export type ExchangeResult =
  /** `fingerprint`: SHA-256 of the certificate it showed; null without TLS. Whether to trust it is the caller's. */
  | { ok: true; bytes: Uint8Array; fingerprint: string | null }
  | {
      ok: false;
      code: 'unreachable' | 'out-of-time' | 'http-status' | 'too-large' | 'no-certificate' | 'not-http';
      detail: string;
    };

/** As large as the parser takes (contracts/printer/ipp.ts). */
const MAX_ANSWER_BYTES = 2 << 20;

class ExchangeFailure extends Error {
  readonly result: Exclude<ExchangeResult, { ok: true }>;
  constructor(result: Exclude<ExchangeResult, { ok: true }>) {
    super(result.detail);
    this.result = result;
  }
}

const fail = (code: Exclude<ExchangeResult, { ok: true }>['code'], detail: string): ExchangeFailure =>
  new ExchangeFailure({ ok: false, code, detail });

/**
 * One IPP request and its answer over HTTP or HTTPS (RFC 8010 §4). `timeoutMs` bounds the whole exchange,
 * so that an answer that drips in never ends it late; redirects are not followed; the request holds nothing
 * secret, so that it may be sent before it is known who answers. Never throws.
 */
export async function exchangeIpp(
  endpoint: IppEndpoint,
  body: Uint8Array,
  options: { readonly timeoutMs: number },
): Promise<ExchangeResult> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  let socket: Socket | undefined;
  try {
    socket = await connect(endpoint, signal);
    const fingerprint = endpoint.secure ? fingerprintOf(socket as TLSSocket) : null;
    return { ok: true, bytes: await post(endpoint, socket, body, signal), fingerprint };
  } catch (error) {
    if (error instanceof ExchangeFailure) return error.result;
    if (signal.aborted) {
      return { ok: false, code: 'out-of-time', detail: `no whole answer in ${options.timeoutMs} ms` };
    }
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, code: 'unreachable', detail: detail.slice(0, 200) };
  } finally {
    socket?.destroy();
  }
}

function connect({ host, port, secure }: IppEndpoint, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectTls({
          host,
          port,
          // Printers sign their own certificates, and old ones know only old TLS: the pin decides.
          rejectUnauthorized: false,
          minVersion: 'TLSv1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        })
      : connectTcp({ host, port });
    const stop = (): void => {
      socket.destroy(new Error('out of time'));
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket));
    // Stays: a socket that fails later must not end the process.
    socket.on('error', reject);
  });
}

export const placeOf = (endpoint: IppEndpoint): string => `${endpoint.host}:${endpoint.port}`;

function fingerprintOf(socket: TLSSocket): string {
  const fingerprint = socket.getPeerCertificate().fingerprint256;
  if (fingerprint === undefined) throw fail('no-certificate', 'the printer shows no certificate');
  return fingerprint;
}

function post(
  endpoint: IppEndpoint,
  socket: Socket,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      method: 'POST',
      path: endpoint.path,
      headers: {
        host: `${endpoint.host}:${endpoint.port}`,
        'content-type': 'application/ipp',
        'content-length': body.length,
        accept: 'application/ipp',
        connection: 'close',
      },
      signal,
    });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      if (answer.statusCode !== 200) {
        return reject(fail('http-status', `HTTP status ${answer.statusCode ?? 0} for ${endpoint.path}`));
      }
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) {
          reject(fail('too-large', `the answer has more than ${MAX_ANSWER_BYTES} octets`));
          asked.destroy();
        } else chunks.push(chunk);
      });
      answer.once('error', reject);
      answer.once('aborted', () => reject(fail('not-http', 'the answer ends before its length')));
      answer.once('end', () => resolve(Buffer.concat(chunks)));
    });
    asked.end(body);
  });
}
