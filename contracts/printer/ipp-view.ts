import type { IppAttributes, IppValue } from './ipp.ts';
import { cleanText, decodeText } from './text.ts';

/** All values of an attribute as cleaned text; what is no text becomes empty, so that lists stay aligned. */
export function texts(attributes: IppAttributes, name: string): string[] {
  return (attributes.get(name) ?? []).map((v) =>
    typeof v.value === 'string'
      ? cleanText(v.value)
      : v.value instanceof Uint8Array
        ? decodeText(v.value)
        : '',
  );
}

export function text(attributes: IppAttributes, name: string): string | undefined {
  const first = texts(attributes, name)[0];
  return first === undefined || first === '' ? undefined : first;
}

/** Device ids exceed the limit of names, so they are taken uncut. */
export function longText(value: IppValue | undefined): string {
  if (value === undefined) return '';
  if (value.kind === 'octets') return Buffer.from(value.value.subarray(0, 4096)).toString('latin1');
  return typeof value.value === 'string' ? value.value.slice(0, 4096) : '';
}

export function integers(attributes: IppAttributes, name: string): (number | undefined)[] {
  return (attributes.get(name) ?? []).map((v) =>
    v.kind === 'integer' || v.kind === 'enum' ? v.value : undefined,
  );
}

/** Levels, which some printers write as text, or all into one value: "50,60,-3". */
export function listedIntegers(attributes: IppAttributes, name: string): (number | undefined)[] {
  const values = integers(attributes, name);
  if (values.some((value) => value !== undefined)) return values;
  const written = texts(attributes, name);
  const [only] = written;
  const parts = written.length === 1 && only !== undefined ? only.split(',') : written;
  return parts.map(integerOf);
}

/** The whole number of a text, with or without a sign and a percent sign. */
export function integerOf(value: string | undefined): number | undefined {
  const digits = /^([+-]?\d{1,10})(?:\.\d{1,6})?\s*%?$/u.exec(value?.trim() ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Parts between commas; a comma inside quotes belongs to its part. */
function partsOf(text: string): string[] {
  const parts = text.match(/(?:"[^"]*"|'[^']*'|[^,"']|["'])+|(?<=,)(?=,|$)|^(?=,)/gu) ?? [];
  return parts.map((part) => part.trim().replace(/^(["'])(.*)\1$/u, '$2'));
}

/** A list where the printer wrote all names into one value: "Black,Cyan,Magenta". */
export function list(attributes: IppAttributes, name: string, count: number): string[] {
  const values = texts(attributes, name);
  const [only] = values;
  if (values.length !== 1 || only === undefined || count < 2) return values;
  const split = partsOf(only);
  return split.length === count ? split : values;
}

/** `key=value;` strings of PWG 5100.9 and 5100.13; some printers prefix them with the attribute's name. */
export function parsePairs(value: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const part of value
    .slice(0, 4096)
    .replace(/^[\w-]+\[\d+\]\s*=\s*/u, '')
    .split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0)
      pairs.set(
        part.slice(0, equals).trim().toLowerCase(),
        part
          .slice(equals + 1)
          .trim()
          .slice(0, 255),
      );
  }
  return pairs;
}
