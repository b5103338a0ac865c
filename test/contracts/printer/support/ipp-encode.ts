/** A small IPP encoder (RFC 8010), so that the parser is tested on messages that it did not write itself. */

export type Encodable = { tag: number; bytes: Uint8Array };

const u16 = (n: number) => [(n >> 8) & 0xff, n & 0xff];
const u32 = (n: number) => [(n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
const utf8 = (text: string) => Buffer.from(text, 'utf8');

export const integer = (n: number): Encodable => ({ tag: 0x21, bytes: Uint8Array.from(u32(n)) });
export const keyword = (text: string): Encodable => ({ tag: 0x44, bytes: utf8(text) });
export const name = (text: string): Encodable => ({ tag: 0x42, bytes: utf8(text) });
export const text = (value: string): Encodable => ({ tag: 0x41, bytes: utf8(value) });
export const uri = (value: string): Encodable => ({ tag: 0x45, bytes: utf8(value) });
export const octets = (value: string): Encodable => ({ tag: 0x30, bytes: utf8(value) });
export const raw = (tag: number, bytes: Uint8Array): Encodable => ({ tag, bytes });

export function nameWithLanguage(value: string, language: string): Encodable {
  const [l, v] = [utf8(language), utf8(value)];
  return { tag: 0x36, bytes: Uint8Array.from([...u16(l.length), ...l, ...u16(v.length), ...v]) };
}

function field(tag: number, attribute: string, bytes: Uint8Array): number[] {
  return [tag, ...u16(attribute.length), ...utf8(attribute), ...u16(bytes.length), ...bytes];
}

/** A collection value is a run of fields, so it is encoded where it stands. */
export interface Collection {
  members: Readonly<Record<string, readonly (Encodable | Collection)[]>>;
}

function encodeValue(attribute: string, value: Encodable | Collection): number[] {
  if ('tag' in value) return field(value.tag, attribute, value.bytes);
  const members = Object.entries(value.members).flatMap(([member, values]) => [
    ...field(0x4a, '', utf8(member)),
    ...values.flatMap((v) => encodeValue('', v)),
  ]);
  return [...field(0x34, attribute, new Uint8Array()), ...members, ...field(0x37, '', new Uint8Array())];
}

export type Attributes = Readonly<Record<string, readonly (Encodable | Collection)[]>>;

export function group(tag: number, attributes: Attributes): number[] {
  return [
    tag,
    ...Object.entries(attributes).flatMap(([attribute, values]) =>
      values.flatMap((v, i) => encodeValue(i === 0 ? attribute : '', v)),
    ),
  ];
}

export const operation = group(0x01, {
  'attributes-charset': [raw(0x47, utf8('utf-8'))],
  'attributes-natural-language': [raw(0x48, utf8('en'))],
});

export function message(status: number, ...groups: readonly number[][]): Uint8Array {
  return Uint8Array.from([2, 0, ...u16(status), ...u32(1), ...operation, ...groups.flat(), 0x03]);
}

/** A successful Get-Printer-Attributes response. */
export const printerResponse = (attributes: Attributes) => message(0, group(0x04, attributes));
