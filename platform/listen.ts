import type { AddressInfo, Server } from 'node:net';
import { listenError } from './start-error.ts';

/** Listens, or throws a StartError that names the variable. Returns the port in force (for port 0). */
export async function listen(server: Server, host: string, port: number, variable: string): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error) => fail(listenError(error, variable, host, port)));
    server.listen({ host, port, backlog: 4096 }, done);
  });
  server.removeAllListeners('error');
  return (server.address() as AddressInfo).port;
}
