/** IPP messages as octets (RFC 8010 §3): requests of the bridge, and answers of emulated printers. */

export interface IppSimple {
  /** Value tag (RFC 8010 §3.5.2): 0x21 integer, 0x44 keyword, 0x45 uri … */
  tag: number;
  bytes: Uint8Array;
}

export type IppAttributeList = Readonly<Record<string, readonly IppSimple[]>>;

const u16 = (n: number): number[] => [(n >> 8) & 0xff, n & 0xff];
const u32 = (n: number): number[] => [(n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
const text = (tag: number) => (value: string) => ({ tag, bytes: Buffer.from(value, 'utf8') });

export const ippInteger = (value: number): IppSimple => ({ tag: 0x21, bytes: Uint8Array.from(u32(value)) });
export const ippText = text(0x41);
export const ippName = text(0x42);
export const ippKeyword = text(0x44);
export const ippUri = text(0x45);
export const ippCharset = text(0x47);
export const ippLanguage = text(0x48);
export const ippOctets = text(0x30);

function field(tag: number, name: string, bytes: Uint8Array): number[] {
  const nameBytes = Buffer.from(name, 'utf8');
  return [tag, ...u16(nameBytes.length), ...nameBytes, ...u16(bytes.length), ...bytes];
}

function groupOctets(tag: number, attributes: IppAttributeList): number[] {
  const fields = Object.entries(attributes).flatMap(([name, values]) =>
    // RFC 8010 §3.1.5: an additional value has an empty name.
    values.flatMap((value, i) => field(value.tag, i === 0 ? name : '', value.bytes)),
  );
  return [tag, ...fields];
}

export interface IppDraft {
  version: readonly [number, number];
  /** Operation of a request, status of a response. */
  code: number;
  requestId: number;
  groups: readonly { tag: number; attributes: IppAttributeList }[];
}

const TAG_END = 0x03;

/** A whole message without document data. */
export function encodeIpp(draft: IppDraft): Uint8Array {
  return Uint8Array.from([
    ...draft.version,
    ...u16(draft.code),
    ...u32(draft.requestId),
    ...draft.groups.flatMap((group) => groupOctets(group.tag, group.attributes)),
    TAG_END,
  ]);
}

const GROUP_OPERATION = 0x01;
const GET_PRINTER_ATTRIBUTES = 0x000b;

/** Get-Printer-Attributes (RFC 8011 §4.2.5), asking for the named attributes only. */
export function getPrinterAttributes(
  printerUri: string,
  names: readonly string[],
  version: readonly [number, number] = [2, 0],
): Uint8Array {
  return encodeIpp({
    version,
    code: GET_PRINTER_ATTRIBUTES,
    requestId: 1,
    groups: [
      {
        tag: GROUP_OPERATION,
        // RFC 8011 §4.1.4: charset, language and target, in this order.
        attributes: {
          'attributes-charset': [ippCharset('utf-8')],
          'attributes-natural-language': [ippLanguage('en')],
          'printer-uri': [ippUri(printerUri)],
          'requested-attributes': names.map(ippKeyword),
        },
      },
    ],
  });
}
