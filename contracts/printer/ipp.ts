/**
 * IPP messages (RFC 8010) out of octets that nobody vouches for. Every length is checked before it is used;
 * the work is linear in the octets and the limits bound memory. Nothing throws: errors are values with a
 * code and the offset at which the message stopped making sense.
 */

export interface IppLimits {
  maxBytes: number;
  /** Values over all groups, members of collections included. */
  maxValues: number;
  /** Collections in collections. */
  maxDepth: number;
}

/** Real answers are 5 to 60 kB with under 1,500 values; media-col-database of big MFPs reaches 700 kB. */
export const ippLimits: IppLimits = { maxBytes: 2 << 20, maxValues: 100_000, maxDepth: 8 };

type IppErrorCode =
  | 'too-large'
  | 'too-short'
  | 'truncated'
  | 'bad-tag'
  | 'value-outside-group'
  | 'value-without-name'
  | 'bad-collection'
  | 'too-deep'
  | 'too-many-values';

export interface IppError {
  code: IppErrorCode;
  offset: number;
}

export type IppValue =
  | { kind: 'integer' | 'enum'; value: number }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'text' | 'name' | 'keyword' | 'uri' | 'string'; value: string; language?: string }
  | { kind: 'octets'; value: Uint8Array }
  | { kind: 'range'; value: [number, number] }
  | { kind: 'resolution'; value: [number, number, number] }
  | { kind: 'collection'; value: ReadonlyMap<string, readonly IppValue[]> }
  /** Out-of-band: unsupported, unknown, no-value; also a value whose length does not fit its syntax. */
  | { kind: 'none'; value?: undefined };

export type IppAttributes = ReadonlyMap<string, readonly IppValue[]>;

interface IppGroup {
  tag: number;
  attributes: IppAttributes;
}

export interface IppMessage {
  version: [number, number];
  /** Status of a response, operation of a request. */
  code: number;
  requestId: number;
  groups: IppGroup[];
  /** False when the end-of-attributes tag is missing, though the last attribute is whole. */
  ended: boolean;
}

export type IppResult = { ok: true; message: IppMessage } | { ok: false; error: IppError };

export const GROUP_PRINTER = 0x04;
const TAG_END = 0x03;
const TAG_MAX_DELIMITER = 0x0f;
const TAG_COLLECTION = 0x34;
const TAG_COLLECTION_END = 0x37;
const TAG_MEMBER_NAME = 0x4a;

const utf8 = new TextDecoder('utf-8');

class IppFailure extends Error {
  readonly error: IppError;
  constructor(code: IppErrorCode, offset: number) {
    super(code);
    this.error = { code, offset };
  }
}

interface Field {
  tag: number;
  name: string;
  value: Uint8Array;
  offset: number;
}

type Members = Map<string, IppValue[]>;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limits: IppLimits;
  #at = 8;
  #values = 0;

  constructor(bytes: Uint8Array, limits: IppLimits) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limits = limits;
  }

  get offset(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  peek(): number {
    return this.#bytes[this.#at] ?? TAG_END;
  }

  skipTag(): number {
    return this.#bytes[this.#at++] ?? TAG_END;
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new IppFailure('truncated', this.#at);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #length(): number {
    const at = this.#at;
    this.#take(2);
    // RFC 8010 §3.1.4: SIGNED-SHORT; a negative length is a lie.
    const length = this.#view.getInt16(at);
    if (length < 0) throw new IppFailure('truncated', at);
    return length;
  }

  /** One attribute-with-one-value, additional-value or member: tag, name, value. */
  field(): Field {
    const offset = this.#at;
    const tag = this.skipTag();
    if (++this.#values > this.#limits.maxValues) throw new IppFailure('too-many-values', offset);
    if (tag <= TAG_MAX_DELIMITER) throw new IppFailure('bad-tag', offset);
    const name = utf8.decode(this.#take(this.#length()));
    return { tag, name, value: this.#take(this.#length()), offset };
  }

  /** RFC 8010 §3.1.6: members until the matching end; iterates over siblings, recurses at most maxDepth. */
  collection(depth: number): IppValue {
    if (depth > this.#limits.maxDepth) throw new IppFailure('too-deep', this.#at);
    const members: Members = new Map();
    let current: string | undefined;
    for (;;) {
      if (this.done) throw new IppFailure('truncated', this.#at);
      const field = this.field();
      if (field.tag === TAG_COLLECTION_END) return { kind: 'collection', value: members };
      if (field.tag === TAG_MEMBER_NAME) {
        current = utf8.decode(field.value);
        continue;
      }
      if (current === undefined) throw new IppFailure('bad-collection', field.offset);
      append(members, current, this.valueOf(field, depth));
    }
  }

  valueOf(field: Field, depth: number): IppValue {
    return field.tag === TAG_COLLECTION ? this.collection(depth + 1) : simpleValue(field.tag, field.value);
  }
}

function append(members: Members, name: string, value: IppValue): void {
  const values = members.get(name);
  if (values === undefined) members.set(name, [value]);
  else values.push(value);
}

const none: IppValue = { kind: 'none' };
const stringKinds: Readonly<Record<number, 'text' | 'name' | 'keyword' | 'uri' | 'string'>> = {
  65: 'text',
  66: 'name',
  68: 'keyword',
  69: 'uri',
  70: 'string',
  71: 'string',
  72: 'string',
  73: 'string',
};

/** textWithLanguage, nameWithLanguage (RFC 8010 §3.9): length, language, length, text inside the value. */
function withLanguage(kind: 'text' | 'name', value: Uint8Array): IppValue {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < 4) return none;
  const languageLength = view.getUint16(0);
  if (languageLength + 4 > value.length) return none;
  const textLength = view.getUint16(2 + languageLength);
  if (languageLength + 4 + textLength > value.length) return none;
  const text = value.subarray(4 + languageLength, 4 + languageLength + textLength);
  return { kind, value: utf8.decode(text), language: utf8.decode(value.subarray(2, 2 + languageLength)) };
}

function simpleValue(tag: number, value: Uint8Array): IppValue {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const kind = stringKinds[tag];
  if (kind !== undefined) return { kind, value: utf8.decode(value) };
  if (tag === 0x21 || tag === 0x23)
    return value.length === 4 ? { kind: tag === 0x21 ? 'integer' : 'enum', value: view.getInt32(0) } : none;
  if (tag === 0x22) return value.length === 1 ? { kind: 'boolean', value: value[0] !== 0 } : none;
  if (tag === 0x33)
    return value.length === 8 ? { kind: 'range', value: [view.getInt32(0), view.getInt32(4)] } : none;
  if (tag === 0x32)
    return value.length === 9
      ? { kind: 'resolution', value: [view.getInt32(0), view.getInt32(4), view.getInt8(8)] }
      : none;
  if (tag === 0x35) return withLanguage('text', value);
  if (tag === 0x36) return withLanguage('name', value);
  // octetString, dateTime and syntaxes of later years are kept as they are; 0x10–0x1f carry no value.
  return tag >= 0x20 ? { kind: 'octets', value } : none;
}

function readGroup(reader: Reader, attributes: Members): void {
  let current: string | undefined;
  while (!reader.done && reader.peek() > TAG_MAX_DELIMITER) {
    const field = reader.field();
    if (field.tag === TAG_COLLECTION_END || field.tag === TAG_MEMBER_NAME)
      throw new IppFailure('bad-collection', field.offset);
    if (field.name !== '') current = field.name;
    if (current === undefined) throw new IppFailure('value-without-name', field.offset);
    append(attributes, current, reader.valueOf(field, 0));
  }
}

function readGroups(reader: Reader): { groups: IppGroup[]; ended: boolean } {
  const groups: IppGroup[] = [];
  while (!reader.done) {
    const offset = reader.offset;
    const tag = reader.skipTag();
    if (tag === TAG_END) return { groups, ended: true };
    if (tag === 0) throw new IppFailure('bad-tag', offset);
    if (tag > TAG_MAX_DELIMITER) throw new IppFailure('value-outside-group', offset);
    const attributes: Members = new Map();
    groups.push({ tag, attributes });
    readGroup(reader, attributes);
  }
  return { groups, ended: false };
}

/** Parses a request or response of IPP 1.0 to 2.x; document data after the attributes is ignored. */
export function parseIpp(bytes: Uint8Array, limits: IppLimits = ippLimits): IppResult {
  if (bytes.length > limits.maxBytes)
    return { ok: false, error: { code: 'too-large', offset: limits.maxBytes } };
  if (bytes.length < 8) return { ok: false, error: { code: 'too-short', offset: bytes.length } };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const { groups, ended } = readGroups(new Reader(bytes, limits));
    const version: [number, number] = [view.getUint8(0), view.getUint8(1)];
    return {
      ok: true,
      message: { version, code: view.getUint16(2), requestId: view.getInt32(4), groups, ended },
    };
  } catch (error) {
    if (error instanceof IppFailure) return { ok: false, error: error.error };
    throw error;
  }
}
