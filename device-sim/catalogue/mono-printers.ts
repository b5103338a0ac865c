import type { CatalogueModel } from './catalogue-types.ts';
import { black, drum } from './slots.ts';

const mono = (make: string, model: string, slots: CatalogueModel['slots']): CatalogueModel => ({
  make,
  model,
  family: 'mono laser printer',
  counterKey: 'pages',
  source: 'iso-19752',
  slots,
});

/** Monochrome laser printers with the yields their makers declare for the named cartridge. */
export const MONO_PRINTERS: readonly CatalogueModel[] = [
  mono('HP', 'LaserJet Pro M404dn', [black(['CF259A', 9900, 3000])]),
  mono('HP', 'LaserJet Pro M15w', [black(['CF244A', 5200, 1000])]),
  mono('Brother', 'HL-L2350DW', [black(['TN-2410', 4600, 1200]), drum(['DR-2400', 7900, 12_000])]),
  mono('Kyocera', 'ECOSYS M2040dn', [black(['TK-1170', 9800, 7200], { gaugeQuantum: 0.01 })]),
  mono('Xerox', 'B210', [black(['106R04347', 8200, 3000]), drum(['101R00664', 7100, 10_000])]),
  mono('Samsung', 'Xpress M2070', [
    black(['MLT-D111S', 5900, 1000], { gaugeQuantum: 0.1, gaugeNoise: 0.01 }),
  ]),
  mono('Lexmark', 'MS431dw', [black(['55B2000', 9300, 3000]), drum(['55B0ZA0', 6200, 40_000])]),
];
