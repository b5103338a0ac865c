import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** PNG (W3C recommendation, third edition): a picture of the screen has few colours, and an index of them is small. */
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS_MAX = 256;
const BEST = 9;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Each 0xRRGGBB, row by row. */
  readonly colours: Uint32Array;
}

/**
 * The same picture with at most 256 colours: those that are there most often, and some that are unlike all of
 * them; every other becomes the one that is nearest to it. Takes what browsers write: 8 bits a channel, RGB or opaque RGBA, not interlaced.
 */
export function withPalette(png: Buffer): Buffer {
  const pixels = readPixels(png);
  const palette = choose(pixels.colours);
  const known = new Map(palette.map((colour, index) => [colour, index]));
  const indexOf = (colour: number): number => {
    const index = known.get(colour) ?? nearest(palette, colour);
    known.set(colour, index);
    return index;
  };
  const { width, height, colours } = pixels;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    // The first byte of a row is its filter: none, which is best for indexes.
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = indexOf(colours[y * width + x] ?? 0);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const entries = Buffer.from(
    palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]),
  );
  const chunks = [
    chunk('IHDR', header),
    chunk('PLTE', entries),
    chunk('IDAT', deflateSync(rows, { level: BEST })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

/** The rest is for what is rare and would be missed: a small sign in a colour of its own. */
const COMMON = 160;

function choose(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a).map(([colour]) => colour);
  if (sorted.length <= COLOURS_MAX) return sorted;
  const palette = sorted.slice(0, COMMON);
  const others = sorted.slice(COMMON).map((colour) => {
    const apart = distance(colour, nearestOf(palette, colour));
    return { colour, apart };
  });
  while (palette.length < COLOURS_MAX) {
    const next = others.reduce((a, b) => (b.apart > a.apart ? b : a));
    palette.push(next.colour);
    for (const other of others) other.apart = Math.min(other.apart, distance(other.colour, next.colour));
  }
  return palette;
}

const nearestOf = (palette: readonly number[], colour: number): number =>
  palette[nearest(palette, colour)] ?? 0;

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < palette.length; index += 1) {
    const apart = distance(palette[index] ?? 0, colour);
    if (apart < least) [best, least] = [index, apart];
  }
  return best;
}

function distance(one: number, other: number): number {
  const r = (one >> 16) - (other >> 16);
  const g = ((one >> 8) & 0xff) - ((other >> 8) & 0xff);
  const b = (one & 0xff) - (other & 0xff);
  return r * r + g * g + b * b;
}

function readPixels(png: Buffer): Pixels {
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  // IHDR always comes first: width, height, bits, colour type, …, interlacing.
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const [bits, type, interlaced] = [png[24], png[25], png[28]];
  if (bits !== 8 || (type !== 2 && type !== 6) || interlaced !== 0)
    throw new Error('not a picture of a browser');
  const bytes = type === 2 ? 3 : 4;
  const raw = unfilter(inflateSync(Buffer.concat(data)), width * bytes, height, bytes);
  const colours = new Uint32Array(width * height);
  for (let i = 0; i < colours.length; i += 1) colours[i] = raw.readUIntBE(i * bytes, 3);
  return { width, height, colours };
}

/** Undoes the filters of the rows: each byte was told by its difference from its neighbours. */
function unfilter(lines: Buffer, stride: number, height: number, bytes: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < bytes ? 0 : (out[at - bytes] ?? 0);
      const up = y === 0 ? 0 : (out[at - stride] ?? 0);
      const corner = x < bytes || y === 0 ? 0 : (out[at - stride - bytes] ?? 0);
      const told = lines[y * (stride + 1) + 1 + x] ?? 0;
      out[at] = told + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number | undefined, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

/** The neighbour that is nearest to left + up - corner. */
function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
