import type { SupplyType } from './observation.ts';
import { isPlaceholder } from './text.ts';
import { colorantLetters, colorantWords, inkModels, partTypes, typeWords } from './vocabulary.ts';

/** What a supply's name gives away: printers put colour, part number and serial number into one string. */
export interface SupplyName {
  description: string;
  colorant?: string;
  type?: SupplyType;
  partNumber?: string;
  serial?: string;
  /** "Black Toner 2": the number by which the printer itself tells twins apart. */
  ordinal?: number;
}

/** "S/N:CRUM-2110…", ";SN0E21AF…", "_S/N_:…", "Serial Number: …". Bare SN needs a separator or a digit after it. */
const serialPattern =
  /[\s;,_(]*(?:(?<![A-Z0-9])S[/.]N[\s_]*[:=#.]?[\s_]*|(?<=^|[\s;,_(])SN\s*[:=#]\s*|(?<=[;,])\s*SN\s*(?=[A-Z0-9]*\d)|serial[\s_]*(?:number|num|no)?\.?[\s_]*[:=#]?[\s_]*)([A-Z0-9][A-Z0-9-]*)?\)?[\s;,]*$/iu;

/** Serials of cartridges have at least a few digits; "CRUM-" alone is a prefix with the number withheld. */
function realSerial(text: string | undefined): string | undefined {
  if (text === undefined || text.endsWith('-') || text.length < 4 || !/\d/u.test(text) || isPlaceholder(text))
    return undefined;
  return text;
}

const partPatterns: readonly RegExp[] = [
  /\bP[/.]?N[\s:#.]+([A-Z0-9][A-Z0-9-]{3,})/iu,
  /\bpart (?:number|no\.?)[\s:#]*([A-Z0-9][A-Z0-9-]{3,})/iu,
  // HP: CF410A, CE285AC, Q2612A, W2120X, C4092A, L0R12A.
  /\b((?:C[A-Z]|Q|W|C)\d{3,4}[A-Z]{1,2}|L0[RS]\d{2}[A-Z]{1,2})\b/u,
  // Kyocera, Triumph-Adler, UTAX: TK-1170, CK-8512K, DK-1150, MK-1140, WT-860.
  /\b((?:TK|CK|PK|DK|DV|MK|FK|WT|TR)-\d{2,5}[A-Z]{0,2})\b/u,
  // Brother, Konica Minolta, Samsung, Sharp, Toshiba.
  /\b((?:TN|DR|BU|LC|TNP|IUP|DV)-?[A-Z]?\d{2,5}[A-Z]{0,3}|(?:MLT|CLT)-[A-Z]\d{3}[A-Z]?|MX-?[A-Z]?\d{2}[A-Z]{2,3}|T-FC?\d{2,4}\w*(?:-[CMYK])?)\b/u,
  // Canon: "Cartridge 719/719H", C-EXV 49, GPR-53, PFI-710.
  /\bcartridge\s+(\d{3}[A-Z]?(?:\/\d{3}[A-Z]?)*)\b/iu,
  /\b(C-EXV ?\d{1,3}|(?:NPG|GPR|CRG|PFI|PGI|CLI)-?\d{1,4}[A-Z]{0,3})\b/u,
  // Epson: T9441/T9451/T9461, C13S050691. Xerox: 106R01594. Lexmark: 80C2SK0, 24B6035. HP ink: HP 933XL.
  /\b(T\d{2,4}[A-Z0-9]{0,2}(?:\/T\d{2,4}[A-Z0-9]{0,2})*|C\d{2}[ST]\d{6})\b/u,
  /\b(\d{3}[RNE]\d{5})\b/u,
  /\b(\d{2}[A-Z]\d[A-Z0-9]{3,4})\b/u,
  /\bHP\s+(?:\d+V-)?([A-Z]{1,2}\d[A-Z0-9]{3,4})\b/u,
  /\bHP\s+(\d{2,3}[A-Z]{0,2})\b/u,
  /\b(\d{8})\b/u,
];

function partNumberIn(text: string): string | undefined {
  for (const pattern of partPatterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** First by words, in many languages; then by vendors' letters, but only beside a word for the part. */
function colorantIn(text: string): string | undefined {
  for (const [colorant, words] of colorantWords) if (words.test(text)) return colorant;
  const part =
    /\b(?:TK|CK|PK)-\d+(?:[A-Z](?=[CMYK]))?([CMYK])[SL]?\b/u.exec(text) ??
    /\bCLT-([CMYK])\d/u.exec(text) ??
    /\bTN-?\d{2,4}(BK|C|M|Y)\b/u.exec(text) ??
    /\bT-FC\d+\w*-([CMYK])\b/u.exec(text);
  if (part?.[1] !== undefined) return colorantLetters[part[1].toLowerCase()];
  if (!/toner|ink|drum|cartridge|develop|imag|トナー/iu.test(text)) return undefined;
  const letters =
    /[([]\s*([A-Z]{1,3})\s*[)\]]/u.exec(text)?.[1] ??
    /(?:^|[\s:_-])(PBK|MBK|BK|LC|LM|GY|PK|[CMYK])(?=$|[\s:_,;-])/u.exec(text)?.[1];
  if (letters !== undefined) return colorantLetters[letters.toLowerCase()];
  // Large-format inks have more letters than offices know: "Ink Tank O".
  const ink = /\bink\b.*[\s:_-]([ORGBV])$/iu.exec(text)?.[1];
  return ink === undefined ? undefined : inkLetters[ink.toLowerCase()];
}

const inkLetters: Readonly<Record<string, string>> = {
  o: 'orange',
  r: 'red',
  g: 'green',
  b: 'blue',
  v: 'violet',
};

function typeIn(text: string, model: string | undefined): SupplyType | undefined {
  const ink = model !== undefined && inkModels.test(model);
  const byWord = typeWords.find(([, words]) => words.test(text))?.[0];
  if (byWord === 'wasteToner' && ink && !/toner/iu.test(text)) return 'wasteInk';
  if (byWord !== undefined) return byWord;
  const part = partNumberIn(text);
  const byPart = part === undefined ? undefined : partTypes.find(([, prefix]) => prefix.test(part))?.[0];
  if (byPart !== undefined) return byPart;
  // "Black Cartridge HP CF410A", "Cyan Cartridge", or nothing but a colour: what the printer marks with.
  if (
    /cartridge|patrone|cartouche|cartucho|cartuccia|カートリッジ/iu.test(text) ||
    colorantIn(text) !== undefined
  ) {
    return ink ? 'ink' : 'toner';
  }
  return undefined;
}

/**
 * Reads a supply's name.
 * @param name decoded text, at most 255 characters
 * @param model the printer's model, which decides between toner and ink where the name does not
 */
export function parseSupplyName(name: string, model: string | undefined): SupplyName {
  const match = serialPattern.exec(name);
  const serial = realSerial(match?.[1]);
  const description = match === null ? name : name.slice(0, match.index).replace(/[\s;,:_(-]+$/u, '');
  const result: SupplyName = { description: description === '' ? name : description };
  const colorant = colorantIn(description);
  const type = typeIn(description, model);
  const partNumber = partNumberIn(description);
  const ordinal =
    /(?:toner|ink|black|cyan|magenta|yellow|drum|cartridge|box|bottle|staples?|tank)\s*[#([]?([1-9])[)\]]?$/iu.exec(
      description,
    )?.[1];
  if (colorant !== undefined) result.colorant = colorant;
  if (type !== undefined) result.type = type;
  if (partNumber !== undefined) result.partNumber = partNumber;
  if (serial !== undefined) result.serial = serial;
  if (ordinal !== undefined) result.ordinal = Number(ordinal);
  return result;
}
