import { brotherOids } from './brother.ts';
import type { Varbinds, VarbindValue } from './snmprec.ts';

const octetOids: readonly string[] = [
  brotherOids.maintenance,
  brotherOids.counters,
  brotherOids.nextCare,
  '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.18.0',
  '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.20.0',
  '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.21.0',
];

function decodedValue(oid: string, value: unknown): VarbindValue | undefined {
  if (octetOids.includes(oid)) {
    if (!Array.isArray(value)) return undefined;
    const hex = value.filter((part) => typeof part === 'string').join('');
    return /^(?:[0-9a-f]{2})*$/iu.test(hex) ? Uint8Array.from(Buffer.from(hex, 'hex')) : undefined;
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value !== 'string') return undefined;
  // Integer columns of the standard MIBs; strings of digits elsewhere (serials, firmware) stay strings.
  const integer = /^1\.3\.6\.1\.2\.1\.(?:1\.3\.0|43\.)/u.test(oid) && /^-?\d{1,15}$/u.test(value);
  return integer ? Number(value) : Uint8Array.from(Buffer.from(value, 'utf8'));
}

/**
 * Answers of Brother devices as other tools record them: a JSON object OID → text, or for the record
 * strings OID → list of hexadecimal pieces. What does not fit is left out.
 */
export function brotherAnswerToVarbinds(answer: unknown): Varbinds {
  const varbinds = new Map<string, VarbindValue>();
  if (typeof answer !== 'object' || answer === null) return varbinds;
  for (const [oid, value] of Object.entries(answer).slice(0, 1000)) {
    const decoded = decodedValue(oid, value);
    if (decoded !== undefined) varbinds.set(oid, decoded);
  }
  return varbinds;
}
