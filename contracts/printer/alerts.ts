import type { PrinterAlert, Supply, SupplyType } from './observation.ts';
import { MAX_ALERTS } from './observation.ts';

/** PrtAlertCodeTC (RFC 3805) for what concerns supplies, spelled like IPP's state reasons. */
const alertCodes: Readonly<Record<number, string>> = {
  3: 'cover-open',
  8: 'media-jam',
  10: 'printer-configuration-change',
  11: 'media-jam',
  12: 'printer-off-line',
  13: 'printer-power-up',
  14: 'printer-power-down',
  801: 'input-tray-missing',
  807: 'media-low',
  808: 'media-empty',
  1001: 'fuser-under-temp',
  1002: 'fuser-over-temp',
  1101: 'toner-empty',
  1102: 'ink-empty',
  1103: 'ribbon-empty',
  1104: 'toner-low',
  1105: 'ink-low',
  1106: 'ribbon-low',
  1107: 'waste-toner-almost-full',
  1108: 'waste-ink-almost-full',
  1109: 'waste-toner-full',
  1110: 'waste-ink-full',
  1111: 'opc-near-eol',
  1112: 'opc-life-over',
  1113: 'developer-low',
  1114: 'developer-empty',
  1115: 'toner-cartridge-missing',
};

export function alertCodeName(code: number): string {
  return alertCodes[code] ?? `code-${code}`;
}

/** hrPrinterDetectedErrorState (RFC 2790, 3805): bit 0 is the most significant bit of the first octet. */
const errorBits = [
  'media-low',
  'media-empty',
  'toner-low',
  'toner-empty',
  'door-open',
  'media-jam',
  'offline',
  'service-requested',
  'input-tray-missing',
  'output-tray-missing',
  'marker-supply-missing',
  'output-near-full',
  'output-full',
  'input-tray-empty',
  'overdue-prevent-maint',
] as const;
const criticalBits = new Set<string>([
  'media-empty',
  'toner-empty',
  'door-open',
  'media-jam',
  'offline',
  'marker-supply-missing',
  'output-full',
]);

export function detectedErrors(octets: Uint8Array): PrinterAlert[] {
  return errorBits.flatMap((code, bit) => {
    const set = ((octets[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
    return set === 1
      ? [
          {
            source: 'detected-error-state',
            severity: criticalBits.has(code) ? 'critical' : 'warning',
            code,
          } as const,
        ]
      : [];
  });
}

type SupplyCondition = NonNullable<Supply['condition']>;

interface Meaning {
  condition: SupplyCondition;
  types: readonly SupplyType[] | 'any';
}

const ofToner: readonly SupplyType[] = ['toner'];
const ofMarker: readonly SupplyType[] = ['toner', 'ink', 'ribbon', 'wax'];
const ofWaste: readonly SupplyType[] = ['wasteToner', 'wasteInk', 'wasteOther'];

/** What a code says of supplies. "Full" of a receptacle is our `empty`: no space is left. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [/waste.*almost-full|waste.*near|receptacle-almost-full/u, { condition: 'low', types: ofWaste }],
  [/waste.*full/u, { condition: 'empty', types: ofWaste }],
  [/^(?:marker-)?toner-(?:low|almost-empty)/u, { condition: 'low', types: ofToner }],
  [/^(?:marker-)?toner-empty/u, { condition: 'empty', types: ofToner }],
  [/missing/u, { condition: 'missing', types: 'any' }],
  [/^(?:marker-)?ink-(?:low|almost-empty)/u, { condition: 'low', types: ['ink'] }],
  [/^(?:marker-)?ink-empty/u, { condition: 'empty', types: ['ink'] }],
  [/^ribbon-low/u, { condition: 'low', types: ['ribbon'] }],
  [/^ribbon-empty/u, { condition: 'empty', types: ['ribbon'] }],
  [/^marker-supply-(?:low|almost-empty)/u, { condition: 'low', types: ofMarker }],
  [/^marker-supply-empty/u, { condition: 'empty', types: ofMarker }],
  [/opc-(?:near|life-almost)/u, { condition: 'low', types: ['drum'] }],
  [/opc-life-over/u, { condition: 'empty', types: ['drum'] }],
  [/developer-(?:low|almost-empty)/u, { condition: 'low', types: ['developer'] }],
  [/developer-empty/u, { condition: 'empty', types: ['developer'] }],
];

function meaningOf(code: string): Meaning | undefined {
  return meanings.find(([pattern]) => pattern.test(code))?.[1];
}

/** The strongest condition is kept: a supply that is empty was also low. */
const strength: Readonly<Record<SupplyCondition, number>> = { ok: 0, low: 1, empty: 2, missing: 3 };

function withCondition(s: Supply, condition: SupplyCondition): Supply {
  return s.condition !== undefined && strength[s.condition] >= strength[condition] ? s : { ...s, condition };
}

/**
 * Applies alerts to the supplies they are about. An alert that names its supply marks that one; one that
 * speaks of "toner" marks a supply only when there is a single candidate, for of four it is anyone's guess.
 */
export function applyAlerts(supplies: readonly Supply[], alerts: readonly PrinterAlert[]): Supply[] {
  let result = [...supplies];
  for (const alert of alerts.slice(0, MAX_ALERTS)) {
    const meaning = meaningOf(alert.code);
    if (meaning === undefined) continue;
    const fits = (s: Supply) => meaning.types === 'any' || meaning.types.includes(s.type);
    const named = result.filter((s) => s.key === alert.supplyKey);
    const candidates = named.length > 0 ? named : meaning.types === 'any' ? [] : result.filter(fits);
    if (candidates.length !== 1) continue;
    result = result.map((s) => (s === candidates[0] ? withCondition(s, meaning.condition) : s));
  }
  return result;
}
