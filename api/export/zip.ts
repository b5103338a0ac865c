import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/** A file of the archive, made while it is sent. */
export interface ZipFile {
  /** ASCII. */
  readonly name: string;
  readonly content: () => AsyncIterable<string>;
}

/**
 * Files as one zip archive, in pieces (PKWARE's APPNOTE 6.3.10). Sizes follow each file (§4.3.9), because
 * they are not known when it begins: nothing is held but what compression holds. Without the 64-bit
 * extension: throws when the archive or a file reaches 4 GiB, which a customer's data is far from.
 */
export async function* zip(files: readonly ZipFile[], at: Date): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const start = offset;
    const header = localHeader(name, at);
    yield header;
    offset += header.length;
    const sums = { crc: 0, size: 0, packed: 0 };
    for await (const piece of deflate(content(), sums)) {
      yield piece;
      sums.packed += piece.length;
    }
    const descriptor = dataDescriptor(sums);
    yield descriptor;
    offset += sums.packed + descriptor.length;
    directory.push(directoryEntry(name, at, sums, start));
    if (Math.max(offset, sums.size) > MAX_SIZE) throw new Error('the archive is larger than zip allows');
  }
  yield* directory;
  yield endOfDirectory(directory, offset);
}

const MAX_SIZE = 0xff_ff_ff_ff;
/** Deflate with data descriptors came with 2.0 (§4.4.3). */
const VERSION = 20;
/** Bit 3: sizes follow the data (§4.4.4). */
const SIZES_FOLLOW = 0x0008;
/** §4.4.5. */
const DEFLATED = 8;

interface Sums {
  crc: number;
  size: number;
  packed: number;
}

async function* deflate(content: AsyncIterable<string>, sums: Sums): AsyncGenerator<Buffer> {
  const packer = createDeflateRaw();
  // What goes wrong in either comes out of the packer below; whoever stops reading it stops the source.
  pipeline(Readable.from(counted(content, sums), { objectMode: false }), packer, () => {});
  for await (const piece of packer) yield piece as Buffer;
}

async function* counted(content: AsyncIterable<string>, sums: Sums): AsyncGenerator<Buffer> {
  for await (const text of content) {
    const bytes = Buffer.from(text);
    sums.crc = crc32(bytes, sums.crc);
    sums.size += bytes.length;
    yield bytes;
  }
}

/** MS-DOS date and time, two-second steps (§4.4.6), of UTC. */
function dosTime(at: Date): { date: number; time: number } {
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return { date, time };
}

/** §4.3.7. */
function localHeader(name: string, at: Date): Buffer {
  const header = Buffer.alloc(30);
  const { date, time } = dosTime(at);
  header.writeUInt32LE(0x04_03_4b_50, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(SIZES_FOLLOW, 6);
  header.writeUInt16LE(DEFLATED, 8);
  header.writeUInt16LE(time, 10);
  header.writeUInt16LE(date, 12);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name, 'ascii')]);
}

/** §4.3.9. */
function dataDescriptor({ crc, packed, size }: Sums): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08_07_4b_50, 0);
  descriptor.writeUInt32LE(crc, 4);
  descriptor.writeUInt32LE(packed, 8);
  descriptor.writeUInt32LE(size, 12);
  return descriptor;
}

/** §4.3.12. */
function directoryEntry(name: string, at: Date, { crc, packed, size }: Sums, start: number): Buffer {
  const entry = Buffer.alloc(46);
  const { date, time } = dosTime(at);
  entry.writeUInt32LE(0x02_01_4b_50, 0);
  entry.writeUInt16LE(VERSION, 4);
  entry.writeUInt16LE(VERSION, 6);
  entry.writeUInt16LE(SIZES_FOLLOW, 8);
  entry.writeUInt16LE(DEFLATED, 10);
  entry.writeUInt16LE(time, 12);
  entry.writeUInt16LE(date, 14);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(packed, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(start, 42);
  return Buffer.concat([entry, Buffer.from(name, 'ascii')]);
}

/** §4.3.16. */
function endOfDirectory(directory: readonly Buffer[], offset: number): Buffer {
  const end = Buffer.alloc(22);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
