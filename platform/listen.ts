import type { AddressInfo, Server } from 'node:net';
import { listenError } from './start-error.ts';

/** Listens, or throws a StartError that names the variable. Returns the port in force (for port 0). */
export async function listen(server: Server, host: string, port: number, variable: string): Promise<number> {
  await new Promise<void>((done, fail) => {
    const refuse = (error: Error) => fail(listenError(error, variable, host, port));
    server.once('error', refuse);
    server.listen({ host, port, backlog: 4096 }, () => {
      // Its own listener only: an error of a running server (no file descriptor left) is its owner's affair.
      server.off('error', refuse);
      done();
    });
  });
  return (server.address() as AddressInfo).port;
}
