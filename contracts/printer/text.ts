/**
 * Octet strings of printers as text. RFC 3805 lets a printer choose its character set, and printers put
 * NUL padding, UTF-16, Shift-JIS, HP Roman-8 and their own hexadecimal into names.
 */

export const MAX_TEXT = 255;

/** IANA MIBenum (prtLocalizationCharacterSet) → label of TextDecoder. */
const CHARSETS: Readonly<Record<number, string>> = {
  3: 'latin1',
  4: 'latin1',
  5: 'iso-8859-2',
  6: 'iso-8859-3',
  7: 'iso-8859-4',
  8: 'iso-8859-5',
  9: 'iso-8859-6',
  10: 'iso-8859-7',
  11: 'iso-8859-8',
  12: 'iso-8859-9',
  13: 'iso-8859-10',
  17: 'shift_jis',
  18: 'euc-jp',
  36: 'euc-kr',
  38: 'euc-kr',
  106: 'utf-8',
  111: 'iso-8859-15',
  113: 'gbk',
  2004: 'hp-roman8',
  2024: 'shift_jis',
  2025: 'gbk',
  2026: 'big5',
  2251: 'windows-1251',
  2252: 'latin1',
};

/** HP Roman-8, 0xA0 to 0xFE (IANA MIBenum 2004): what Brother and older HP devices speak. */
const ROMAN8 =
  '\u00a0ÀÂÈÊËÎÏ´ˋˆ¨˜ÙÛ₤¯Ýý°ÇçÑñ¡¿¤£¥§ƒ¢âêôûáéóúàèòùäëöüÅîØÆåíøæÄìÖÜÉïßÔÁÃãÐðÍÌÓÒÕõŠšÚŸÿÞþ·µ¶¾—¼½ªº«■»±';

function roman8(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => (b < 0xa0 ? String.fromCharCode(b) : (ROMAN8[b - 0xa0] ?? ''))).join('');
}

function strictly(label: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-16 shows as NUL in every second octet of Latin text. */
function utf16Label(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const pairs = bytes.length / 2;
  if (odd > pairs * 0.6 && even === 0) return 'utf-16le';
  if (even > pairs * 0.6 && odd === 0) return 'utf-16be';
  return undefined;
}

/** The first string of a C buffer: leading NULs skipped, the rest cut at the next NUL. */
function untilNul(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start++;
  const end = bytes.indexOf(0, start);
  return bytes.subarray(start, end < 0 ? bytes.length : end);
}

/**
 * Shift-JIS also "decodes" most Latin-1, an accented letter eating its neighbour; so it is believed only
 * when Japanese makes up at least half of the text.
 */
function shiftJis(bytes: Uint8Array): string | undefined {
  const text = strictly('shift_jis', bytes);
  if (text === undefined) return undefined;
  const japanese = text.match(/[\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f]/gu)?.length ?? 0;
  return japanese * 2 >= [...text.replace(/\s/gu, '')].length ? text : undefined;
}

function unhexed(text: string): string | undefined {
  const digits =
    /^(?:Hex-STRING:\s*)?((?:[0-9a-f]{2} ){3,}[0-9a-f]{2} ?)$/iu.exec(text)?.[1] ??
    /^0x((?:[0-9a-f]{2}){3,})$/iu.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const inner = decodeText(
    Uint8Array.from(digits.replaceAll(' ', '').match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16)),
  );
  return /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}]+$/u.test(inner) ? inner : undefined;
}

/** Control characters out, spaces collapsed, at most 255 characters (the limit of RFC 3805's strings). */
export function cleanText(text: string): string {
  const clean = text
    .replace(/[\p{Cc}\p{Cf}\ufffd]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return [...clean]
    .slice(0, MAX_TEXT)
    .join('')
    .slice(0, MAX_TEXT)
    .replace(/[\ud800-\udbff]$/u, '')
    .trim();
}

/**
 * Text of an octet string, never throwing: UTF-8 when it is valid, else the charset the printer declares
 * (IANA MIBenum), else UTF-16 or Shift-JIS when they fit, else Latin-1. Empty when there is none.
 */
export function decodeText(octets: Uint8Array, charset?: number): string {
  const bounded = octets.subarray(0, 4 * MAX_TEXT);
  const wide = utf16Label(bounded);
  if (wide !== undefined) return cleanText(strictly(wide, bounded)?.split('\0')[0] ?? '');
  const bytes = untilNul(bounded);
  const utf8 = strictly('utf-8', trimPartialUtf8(bytes, octets.length > bounded.length));
  if (utf8 !== undefined) return unhexed(utf8.trim()) ?? cleanText(utf8);
  const label = charset === undefined ? undefined : CHARSETS[charset];
  if (label === 'hp-roman8') return cleanText(roman8(bytes));
  const declared =
    label === undefined || label === 'utf-8' || label === 'latin1' ? undefined : strictly(label, bytes);
  return cleanText(declared ?? shiftJis(bytes) ?? Buffer.from(bytes).toString('latin1'));
}

/** Names are cut at fixed sizes by printers too, in the middle of a character: forget that last part. */
function trimPartialUtf8(bytes: Uint8Array, cut: boolean): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      const earlierHigh = bytes.subarray(0, bytes.length - back).some((b) => b >= 0x80);
      return needs > back && (cut || earlierHigh) ? bytes.subarray(0, bytes.length - back) : bytes;
    }
  }
  return bytes;
}

/** Words for "nobody filled this in" and anonymised captures: never an identity. */
export function isPlaceholder(text: string): boolean {
  const t = text.trim().toLowerCase();
  return (
    t === '' ||
    /^<.*>$/u.test(t) ||
    /^(?:n\/?a|none|null|unknown|undefined|other|private|redacted|default|not (?:set|available|specified)|serial[_ ]?(?:number|no\.?)?|-+)$/u.test(
      t,
    ) ||
    /^([0x?*.\-#9a])\1{3,}$/u.test(t)
  );
}
