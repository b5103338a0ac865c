import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface TestReceiver extends AsyncDisposable {
  readonly url: string;
  /** `host:port` */
  readonly host: string;
  readonly received: Received[];
  /** Answered to everything. */
  status: number;
}

/** A real HTTP server that keeps what is posted to it. */
export async function startReceiver(): Promise<TestReceiver> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      receiver.received.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(receiver.status, { location: 'http://127.0.0.1:1/' }).end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const receiver: TestReceiver = {
    url: `http://${host}/in`,
    host,
    received: [],
    status: 204,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return receiver;
}
