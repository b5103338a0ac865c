import type { CatalogueModel, CatalogueSlot, SourceKind } from './catalogue-types.ts';
import { black, blackInk, colourInk, colours, waste } from './slots.ts';

const printer = (
  family: string,
  source: SourceKind,
  [make, model]: readonly [string, string],
  slots: readonly CatalogueSlot[],
): CatalogueModel => ({ make, model, family, counterKey: 'pages', source, slots });

const laser = (make: string, model: string, slots: readonly CatalogueSlot[]) =>
  printer('colour laser printer', 'iso-19798', [make, model], slots);
const inkjet = (make: string, model: string, slots: readonly CatalogueSlot[]) =>
  printer('inkjet printer', 'iso-24711', [make, model], slots);

/** Ink tanks are seen through a window or counted in coarse steps. */
const TENTHS = { gaugeQuantum: 0.1, gaugeNoise: 0.01 };

/** Colour printers with the yields their makers declare for the named supplies. */
export const COLOUR_PRINTERS: readonly CatalogueModel[] = [
  laser('HP', 'Color LaserJet Pro M255dw', [
    black(['W2210A', 6400, 1350]),
    ...colours('toner', ['W2211A', 'W2212A', 'W2213A'], 7100, 1250),
  ]),
  laser('Brother', 'MFC-L8900CDW', [
    black(['TN-421BK', 6500, 3000]),
    ...colours('toner', ['TN-421C', 'TN-421M', 'TN-421Y'], 8500, 1800),
    waste('waste', 'Waste toner box', ['WT-320CL', 2300, 50_000]),
  ]),
  laser('Canon', 'i-SENSYS LBP623Cdw', [
    black(['CRG-054BK', 6200, 1500]),
    ...colours('toner', ['CRG-054C', 'CRG-054M', 'CRG-054Y'], 6900, 1200),
  ]),
  laser('Kyocera', 'ECOSYS P5026cdw', [
    black(['TK-5240K', 7800, 4000]),
    ...colours('toner', ['TK-5240C', 'TK-5240M', 'TK-5240Y'], 9700, 3000),
    waste('waste', 'Waste toner bottle', ['WT-5190', 1900, 44_000]),
  ]),
  laser('OKI', 'C332dn', [
    black(['46508716', 6600, 1500]),
    ...colours('toner', ['46508715', '46508714', '46508713'], 7400, 1500),
  ]),
  inkjet('HP', 'OfficeJet Pro 9010', [
    blackInk(['3JA26AE', 3100, 1000]),
    ...colours('ink', ['3JA23AE', '3JA24AE', '3JA25AE'], 2400, 700),
  ]),
  inkjet('Canon', 'PIXMA TS5350', [
    blackInk(['PG-560', 1900, 180], TENTHS),
    colourInk(['CL-561', 2300, 180], TENTHS),
  ]),
  inkjet('Epson', 'WorkForce Pro WF-C5790', [
    blackInk(['T9441', 4900, 3000]),
    ...colours('ink', ['T9442', 'T9443', 'T9444'], 4300, 3000),
    waste('maintenance-box', 'Maintenance box', ['T6716', 2900, 50_000]),
  ]),
];
