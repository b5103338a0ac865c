import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generate } from 'mqtt-packet';
import type { BenchDevice } from './fleet.ts';

export type Transport = 'mqtt' | 'mqtts';

/** Handshakes at once: a crowd, but one that fits the listener's backlog. */
const AT_ONCE = 2_000;
const CONNACK_BYTES = 4;

/** Devices that connect and then say nothing. */
export class IdleFleet {
  readonly #transport: Transport;
  readonly #port: number;
  #sockets: Socket[] = [];

  constructor(transport: Transport, port: number) {
    this.#transport = transport;
    this.#port = port;
  }

  /** Connects all devices as fast as they are let in; seconds until the last has its CONNACK. */
  async connectAll(devices: readonly BenchDevice[]): Promise<number> {
    const startedAt = performance.now();
    const waiting = [...devices];
    const worker = async (): Promise<void> => {
      for (let device = waiting.pop(); device !== undefined; device = waiting.pop())
        await this.#connect(device);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return (performance.now() - startedAt) / 1000;
  }

  dropAll(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  #connect({ id, secret }: BenchDevice): Promise<void> {
    return new Promise((done, fail) => {
      const target = { port: this.#port, host: '127.0.0.1' };
      const socket =
        this.#transport === 'mqtt' ? connect(target) : connectTls({ ...target, rejectUnauthorized: false });
      this.#sockets.push(socket);
      socket.on('error', fail);
      socket.on('data', (answer: Buffer) => {
        if (answer.length === CONNACK_BYTES && answer[3] === 0) done();
        else fail(new Error(`unexpected answer ${answer.toString('hex')}`));
      });
      socket.write(
        generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: id,
          keepalive: 0,
          username: id,
          password: Buffer.from(secret),
        }),
      );
    });
  }
}
