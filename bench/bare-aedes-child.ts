import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { serveBench } from './support/child.ts';

/** What the platform is compared with: aedes as it comes, with hooks that do nothing. */
const aedes = await Aedes.createBroker({
  authenticate: (_client, _username, _password, done) => done(null, true),
  authorizePublish: (_client, _packet, done) => done(null),
});
const server = createServer({ noDelay: true }, aedes.handle);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
await once(server, 'listening');
const ports = { mqtt: (server.address() as AddressInfo).port };
serveBench({ ports }, async () => {
  server.close();
  await new Promise<void>((done) => aedes.close(done));
});
