import { createServer, type Server, type Socket } from 'node:net';

/**
 * A mail server that takes everything (RFC 5321, the least of it) and can be down: then it refuses
 * connections' greetings with 421.
 */
export class SmtpSink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #down = false;
  accepted = 0;
  refused = 0;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  set down(value: boolean) {
    this.#down = value;
    if (value) for (const socket of this.#sockets) socket.destroy();
  }

  get down(): boolean {
    return this.#down;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    if (this.#down) {
      this.refused += 1;
      socket.end('421 closed for a while\r\n');
      return;
    }
    socket.write('220 sink\r\n');
    let text = '';
    let inData = false;
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (inData && line !== '.') continue;
        inData = this.#answer(socket, line, inData);
      }
    });
  }

  /** Answers one line; returns whether data follow. */
  #answer(socket: Socket, line: string, inData: boolean): boolean {
    if (inData) {
      this.accepted += 1;
      socket.write('250 taken\r\n');
      return false;
    }
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'DATA') socket.write('354 go on\r\n');
    else if (verb === 'QUIT') socket.end('221 bye\r\n');
    else socket.write('250 ok\r\n');
    return verb === 'DATA';
  }
}
