import { readdir, readFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withPalette } from '../../screenshots-palette.ts';

const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
};

/** A PNG of RGB pixels, every row with the filter that is asked for. */
function encode(rows: readonly (readonly number[])[], filter: 0 | 1 | 2): Buffer {
  const width = rows[0]?.length ?? 0;
  const bytes = rows.map((row) =>
    row.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]),
  );
  const lines = bytes.flatMap((row, y) => [
    filter,
    ...row.map((byte, x) => {
      const before = filter === 1 ? (row[x - 3] ?? 0) : filter === 2 ? (bytes[y - 1]?.[x] ?? 0) : 0;
      return (byte - before) & 0xff;
    }),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.from(lines)))];
  return Buffer.concat([signature, ...body, chunk('IEND', Buffer.alloc(0))]);
}

const colour = fc.integer({ min: 0, max: 0xffffff });

test('a picture with few colours keeps each of them, whatever the filter of its rows', () => {
  const pictures = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(0 as const, 1 as const, 2 as const))
    .chain(([width, filter]) =>
      fc.tuple(
        fc.constant(filter),
        fc.array(fc.array(colour, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      ),
    );
  fc.assert(
    fc.property(pictures, ([filter, rows]) => {
      const small = withPalette(encode(rows, filter));
      // Read back by the same rules a viewer follows: the palette's entries in the order of the indexes.
      const palette = small.subarray(small.indexOf('PLTE') + 4);
      const again = withPalette(encode(rows, 0));
      expect(small.equals(again)).toBe(true);
      const colours = new Set(rows.flat());
      expect(small.readUInt32BE(small.indexOf('PLTE') - 4)).toBe(colours.size * 3);
      for (let i = 0; i < colours.size; i += 1) expect(colours).toContain(palette.readUIntBE(i * 3, 3));
    }),
  );
});

test('of many colours those stay that are there most often, and the one unlike all others', () => {
  const common = Array.from({ length: 600 }, () => 0xf7f6f2);
  const greys = Array.from({ length: 600 }, (_, i) => 0x808000 + i);
  const sign = Array.from({ length: 600 }, (_, i) => (i === 300 ? 0xf2b035 : 0xf7f6f2));
  const small = withPalette(encode([common, greys, sign], 1));
  const entries = small.indexOf('PLTE') + 4;
  const palette = Array.from({ length: 256 }, (_, i) => small.readUIntBE(entries + 3 * i, 3));
  expect(palette[0]).toBe(0xf7f6f2);
  expect(palette).toContain(0xf2b035);
});

test('the pictures in docs/screenshots are small, and those that the README shows are there', async () => {
  const folder = new URL('../../docs/screenshots/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.png'));
  const sizes = await Promise.all(files.map(async (file) => (await readFile(new URL(file, folder))).length));
  expect(Math.max(...sizes)).toBeLessThan(250_000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const shown = [...readme.matchAll(/docs\/screenshots\/([\w-]+\.png)/g)].map(([, file]) => file);
  expect(shown.length).toBeGreaterThan(0);
  expect(files).toEqual(expect.arrayContaining(shown));
});
