import dgram from 'node:dgram';
import { once } from 'node:events';

/** Just enough BER (X.690) to answer SNMP v2c with whatever a test wants to say. */
const tlv = (tag: number, body: Buffer): Buffer => {
  const { length } = body;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
};
const int = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return tlv(2, bytes);
};
const oid = (text: string): Buffer => {
  const [first = 1, second = 3, ...rest] = text.split('.').map(Number);
  const base128 = (n: number): number[] =>
    n < 0x80 ? [n] : [...base128(Math.floor(n / 128)).map((b) => b | 0x80), n % 128];
  return tlv(6, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
};

export interface Said {
  oid: string;
  /** A number, an octet string, or the end of the tree. */
  value: number | Buffer | 'end';
}

const varbind = ({ oid: name, value }: Said): Buffer =>
  tlv(
    0x30,
    Buffer.concat([
      oid(name),
      value === 'end' ? tlv(0x82, Buffer.alloc(0)) : typeof value === 'number' ? int(value) : tlv(4, value),
    ]),
  );

interface Asked {
  community: Buffer;
  requestId: Buffer;
  oid: string;
  /** 0xa0 Get, 0xa1 GetNext, 0xa5 GetBulk. */
  pdu: number;
}

interface Part {
  tag: number;
  body: Buffer;
}

function parts(bytes: Buffer): Part[] {
  const found: Part[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length > 0x80) {
      const count = length - 0x80;
      length = bytes.readUIntBE(start, count);
      start += count;
    }
    found.push({ tag, body: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

const nothing: Part = { tag: 0, body: Buffer.alloc(0) };

function readRequest(message: Buffer): Asked {
  const [, community = nothing, pdu = nothing] = parts(parts(message)[0]?.body ?? message);
  const [requestId = nothing, , , varbinds = nothing] = parts(pdu.body);
  const name = parts(parts(varbinds.body)[0]?.body ?? varbinds.body)[0]?.body ?? Buffer.alloc(0);
  const numbers: number[] = [];
  let value = 0;
  for (const byte of name.subarray(1)) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  const first = name[0] ?? 43;
  return {
    community: community.body,
    requestId: requestId.body,
    pdu: pdu.tag,
    oid: [Math.floor(first / 40), first % 40, ...numbers].join('.'),
  };
}

export type Behaviour = (asked: Asked, count: number) => readonly Said[] | Buffer | null;

/** A whole response of version 2c. */
export const encodeAnswer = (asked: Asked, said: readonly Said[]): Buffer =>
  tlv(
    0x30,
    Buffer.concat([
      tlv(2, Buffer.from([1])),
      tlv(4, asked.community),
      tlv(
        0xa2,
        Buffer.concat([tlv(2, asked.requestId), int(0), int(0), tlv(0x30, Buffer.concat(said.map(varbind)))]),
      ),
    ]),
  );

/** A UDP agent that says what `behave` tells it: varbinds, raw octets, or nothing. */
export async function startHostileAgent(
  behave: Behaviour,
): Promise<{ port: number; requests: () => number } & AsyncDisposable> {
  const socket = dgram.createSocket('udp4');
  let count = 0;
  socket.on('message', (message, from) => {
    const asked = readRequest(message);
    const said = behave(asked, count++);
    if (said === null) return;
    socket.send(Buffer.isBuffer(said) ? said : encodeAnswer(asked, said), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    requests: () => count,
    [Symbol.asyncDispose]: () => new Promise((done) => socket.close(() => done())),
  };
}
