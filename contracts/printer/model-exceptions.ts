import type { PrinterIdentity, SupplyLevel, SupplyType } from './observation.ts';

/** What a code really means on one family of printers: an interval, never a made-up number. */
interface ExceptionalCode {
  level: SupplyLevel;
  interval: [number, number];
  condition?: 'low' | 'empty';
}

export interface ModelException {
  manufacturer: RegExp;
  model: RegExp;
  types: readonly SupplyType[];
  /** Raw prtMarkerSuppliesLevel → meaning. */
  codes: Readonly<Record<number, ExceptionalCode>>;
  /** Half width of the error of measured levels, as a fraction. */
  gaugeError?: number;
  source: string;
}

/**
 * Departures from RFC 3805 that are documented by the maker or by people who own the device.
 * (The "150 %" of Brother in other tools is no exception: it is -3 divided by -2, two codes taken for numbers.)
 */
const modelExceptions: readonly ModelException[] = [
  {
    manufacturer: /^(?:HP|Hewlett)/iu,
    model: /LaserJet 4500/iu,
    types: ['toner'],
    // The LOW threshold itself is not told; a quarter is above every default that HP documents.
    codes: { [-2]: { level: { kind: 'some' }, interval: [0, 0.25], condition: 'low' } },
    source:
      'HP-Color-LaserJet-4500-MIB, prtMarkerSuppliesLevel: -3 above LOW, -2 between LOW and OUT, 0 at OUT',
  },
  {
    manufacturer: /^(?:HP|Hewlett)/iu,
    model: /LaserJet (?:4050|8100)/iu,
    types: ['toner'],
    codes: {},
    gaugeError: 0.1,
    source: 'HP-LASERJET-COMMON-MIB, prtMarkerSuppliesLevel: a pixel-counting gauge good to within 10 %',
  },
  {
    manufacturer: /^(?:Ricoh|Lanier|Savin|Gestetner|NRG|Rex-?Rotary|Nashuatec|Infotec)/iu,
    model: /./u,
    types: ['toner', 'ink', 'ribbon', 'wax'],
    // Sources differ on whether -100 is empty or nearly so; both are below the last 20 % step.
    codes: {
      [-100]: { level: { kind: 'unknown' }, interval: [0, 0.2], condition: 'low' },
      [-3]: { level: { kind: 'some' }, interval: [0.1, 1] },
    },
    source:
      'Ricoh private MIB, toner level: -3 for 10 to 100 %, -100 for (nearly) empty; librenms issue 4177',
  },
];

export function exceptionsFor(identity: PrinterIdentity, type: SupplyType): readonly ModelException[] {
  const maker = identity.manufacturer ?? '';
  const model = identity.model ?? '';
  return modelExceptions.filter(
    (e) => e.types.includes(type) && e.manufacturer.test(maker) && e.model.test(model),
  );
}
