import type { PrinterIdentity } from './observation.ts';
import { compact } from './observation.ts';
import { cleanText, isPlaceholder } from './text.ts';

/** Other names of a maker → one spelling. */
const makers: readonly (readonly [string, RegExp])[] = [
  ['HP', /^(?:hp|hewlett[\s-]?packard)(?: inc\.?| company)?$/iu],
  ['Konica Minolta', /^konica[\s-]?minolta/iu],
  ['Fuji Xerox', /^fuji xerox/iu],
  ['Fujifilm', /^fujifilm/iu],
  ['Epson', /^(?:seiko )?epson/iu],
  ['OKI', /^oki(?:data)?\b/iu],
  ['Triumph-Adler', /^(?:triumph[\s-]?adler|ta triumph)/iu],
  ['Toshiba', /^toshiba/iu],
  ['UTAX', /^utax/iu],
  ['IBM', /^ibm$/iu],
  ['TEC', /^tec$/iu],
];

const knownMakers =
  /^(hp|hewlett[\s-]packard|brother|canon|dell|epson|fuji xerox|fujifilm|konica[\s-]minolta|kyocera(?: mita)?|lexmark|oki(?:data)?|panasonic|ricoh|samsung|sharp|toshiba(?: tec)?|triumph[\s-]adler|utax|xerox|zebra|ibm|lanier|savin|gestetner|nashuatec|infotec|develop|olivetti|pantum|sindoh|riso|printronix|sato|citizen|tsc|dymo|honeywell|intermec|datamax|kodak|ntek|ntt|muratec|tally(?:genicom)?|avision|sii)\b[\s,]*/iu;

/** IANA enterprise numbers (1.3.6.1.4.1.N of sysObjectID and hrDeviceID) of makers whose text names no maker. */
const enterprises: Readonly<Record<number, string>> = {
  2: 'IBM',
  11: 'HP',
  186: 'Toshiba',
  236: 'Samsung',
  253: 'Xerox',
  297: 'Fujifilm',
  367: 'Ricoh',
  641: 'Lexmark',
  674: 'Dell',
  683: 'Extended Systems',
  1129: 'Toshiba',
  1248: 'Epson',
  1347: 'Kyocera',
  1602: 'Canon',
  2001: 'OKI',
  2385: 'Sharp',
  2435: 'Brother',
  10642: 'Zebra',
  18334: 'Konica Minolta',
  40093: 'Pantum',
};

function canonicalMaker(text: string): string {
  const clean = cleanText(text);
  const known = makers.find(([, pattern]) => pattern.test(clean))?.[0];
  if (known !== undefined) return known;
  // Shouted names become names; HP-like abbreviations of up to three letters stay.
  return /^[A-Z]{4,}$/u.test(clean) ? clean.charAt(0) + clean.slice(1).toLowerCase() : clean;
}

/** Versions, services and other printers' slogans that follow the model in sysDescr and hrDeviceDescr. */
function modelOnly(text: string, serial: string | undefined): string {
  const head =
    text.split(/;|\s\/|,\s*firmware|\sversion\s|\skernel\s|\sfirmware\b|\sFW\b|,\s*(?:SN|S\/N)\b/iu)[0] ?? '';
  const words = head.trim().split(' ');
  const own = serial === undefined ? -1 : words.findIndex((w) => w.length >= 5 && serial.startsWith(w));
  const kept = own > 0 ? words.slice(0, own) : words;
  return kept
    .join(' ')
    .replace(/(?:\s+V?\d+\.\d+(?:\.\d+)*)+$/iu, '')
    .trim()
    .replace(/(?<=\d\S*(?: .*)?)\s+(?:series|printer)$/iu, '');
}

interface IdentityClues {
  manufacturer?: string | undefined;
  /** In order of trust; the first that names something is the model. */
  models: readonly (string | undefined)[];
  serials: readonly (string | undefined)[];
  uuid?: string | undefined;
  mac?: string | undefined;
  hostname?: string | undefined;
  firmware?: string | undefined;
  /** In order of trust; the first that is a maker's. */
  enterprises?: readonly number[];
}

const generic =
  /^(?:generic\b|printer$|unknown|default|built-?in|.*\bmulti-environment\b|.*\bprint ?server\b|.*\bprinter controller$|.*\bprinting system$|laser printer$)/iu;

function useful(text: string | undefined): string | undefined {
  const clean = text === undefined ? '' : cleanText(text);
  return isPlaceholder(clean) ? undefined : clean;
}

/** Serial numbers that could belong to this one printer: no blanks of the factory, no anonymised text. */
function usableSerial(text: string | undefined): string | undefined {
  const clean = useful(text);
  return clean !== undefined && clean.length >= 4 && clean.length <= 64 && /\d/u.test(clean)
    ? clean
    : undefined;
}

export function identityFrom(clues: IdentityClues): PrinterIdentity {
  const serial = clues.serials.map(usableSerial).find((s) => s !== undefined);
  const candidates = clues.models.flatMap((m) => {
    const model = modelOnly(useful(m) ?? '', serial);
    return model === '' || generic.test(model) ? [] : [model];
  });
  const named = candidates.find((m) => knownMakers.test(m));
  const full = candidates[0];
  const maker =
    clues.manufacturer ??
    (full === undefined ? undefined : knownMakers.exec(full)?.[1]) ??
    (named === undefined ? undefined : knownMakers.exec(named)?.[1]) ??
    clues.enterprises?.map((number) => enterprises[number]).find((name) => name !== undefined);
  const manufacturer = maker === undefined ? undefined : canonicalMaker(maker);
  const model = full === undefined ? undefined : stripMaker(full, manufacturer);
  return compact<PrinterIdentity>({
    manufacturer,
    model,
    serial,
    uuid: useful(clues.uuid)
      ?.replace(/^urn:uuid:/iu, '')
      .toLowerCase(),
    mac: clues.mac,
    hostname: useful(clues.hostname),
    description: named ?? full,
    firmware: useful(clues.firmware),
  });
}

function stripMaker(model: string, manufacturer: string | undefined): string {
  const bare = model.replace(knownMakers, '').trim();
  if (bare !== '' && bare !== model) return bare;
  if (manufacturer !== undefined && model.toLowerCase().startsWith(`${manufacturer.toLowerCase()} `))
    return model.slice(manufacturer.length).trim();
  return model;
}
