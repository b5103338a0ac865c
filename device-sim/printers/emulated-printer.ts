/** A printer as the emulators answer for it; what changes in it is answered from then on. */
export interface EmulatedPrinter {
  manufacturer: string;
  model: string;
  serial: string;
  /** Impressions over its life. */
  pages: number;
  supplies: EmulatedSupply[];
}

export interface EmulatedSupply {
  name: string;
  kind: 'toner' | 'ink' | 'drum' | 'waste-toner';
  /** null: it belongs to no colour. */
  colorant: string | null;
  /** Of a full filling, in impressions. */
  capacity: number;
  /** Fraction left, 0..1; of a receptacle, the space left. */
  level: number;
}

/** The four cartridges of a colour laser printer and its waste toner box, full. */
export function colourLaserPrinter(serial: string): EmulatedPrinter {
  const toner = (colorant: string): EmulatedSupply => ({
    name: `${colorant.charAt(0).toUpperCase()}${colorant.slice(1)} Toner Cartridge`,
    kind: 'toner',
    colorant,
    capacity: 2500,
    level: 1,
  });
  return {
    manufacturer: 'Acme',
    model: 'ColorJet 400',
    serial,
    pages: 0,
    supplies: [
      ...['black', 'cyan', 'magenta', 'yellow'].map(toner),
      { name: 'Waste Toner Box', kind: 'waste-toner', colorant: null, capacity: 20_000, level: 1 },
    ],
  };
}
