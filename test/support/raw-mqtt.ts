import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { eventually } from './eventually.ts';

/** A connection that may say anything: what no client library would send. */
export class RawMqtt {
  readonly socket: Socket;
  readonly received: Packet[] = [];
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    const incoming = parser({ protocolVersion: 4 });
    incoming.on('packet', (packet) => this.received.push(packet));
    socket.on('data', (chunk) => incoming.parse(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async open(port: number): Promise<RawMqtt> {
    const socket = connect(port, '127.0.0.1');
    const raw = new RawMqtt(socket);
    await once(socket, 'connect');
    return raw;
  }

  send(...parts: readonly (Packet | Uint8Array)[]): void {
    this.socket.write(
      Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : generate(part)))),
    );
  }

  /** Waits until so many packets of a kind have come. */
  until(cmd: Packet['cmd'], count = 1): Promise<Packet[]> {
    return eventually(() => {
      const found = this.received.filter((packet) => packet.cmd === cmd);
      if (found.length < count) {
        throw new Error(`${found.length} of ${count} ${cmd}; closed: ${this.closed}`);
      }
      return found;
    });
  }

  /** Waits until the broker has closed the connection. */
  async untilClosed(): Promise<void> {
    await eventually(() => {
      if (!this.closed) throw new Error('still open');
    });
  }

  end(): void {
    this.socket.destroy();
  }
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

export interface ConnectFields {
  readonly clientId?: string;
  readonly clean?: boolean;
  readonly keepalive?: number;
  readonly will?: { topic: string; payload: Buffer; qos: 0 | 1 | 2; retain: boolean };
  readonly password?: Buffer;
  readonly protocolVersion?: 3 | 4 | 5;
}

/** CONNECT of a device. */
export const connectPacket = ({ id, secret }: Credentials, fields: ConnectFields = {}): Packet => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: id,
  keepalive: 60,
  username: id,
  password: Buffer.from(secret),
  ...fields,
});

/** PUBLISH with QoS 1. */
export const publishPacket = (
  topic: string,
  payload: string | Buffer,
  messageId: number,
): IPublishPacket => ({
  cmd: 'publish',
  topic,
  payload,
  messageId,
  qos: 1,
  dup: false,
  retain: false,
});
