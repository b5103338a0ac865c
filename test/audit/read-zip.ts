import { crc32, inflateRawSync } from 'node:zlib';

/** Reads an archive as programs do, from its directory at the end, and checks every size and sum. */
export function readZip(archive: Buffer): Map<string, string> {
  const end = archive.length - 22;
  if (archive.readUInt32LE(end) !== 0x06_05_4b_50) throw new Error('no end of directory');
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  if (at + archive.readUInt32LE(end + 12) !== end) throw new Error('the directory has another size');
  for (let n = archive.readUInt16LE(end + 10); n > 0; n -= 1) {
    if (archive.readUInt32LE(at) !== 0x02_01_4b_50) throw new Error('no entry of the directory');
    const [crc, packed, size] = [16, 20, 24].map((offset) => archive.readUInt32LE(at + offset));
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('ascii', at + 46, at + 46 + nameLength);
    const start = archive.readUInt32LE(at + 42);
    if (archive.readUInt32LE(start) !== 0x04_03_4b_50) throw new Error(`${name} has no header`);
    const from = start + 30 + archive.readUInt16LE(start + 26);
    const content = inflateRawSync(archive.subarray(from, from + (packed ?? 0)));
    if (content.length !== size || crc32(content) !== crc) throw new Error(`${name} is damaged`);
    files.set(name, content.toString());
    at += 46 + nameLength;
  }
  return files;
}
