/** What a merchant sells for a slot. */
interface CatalogueProduct {
  readonly sku: string;
  readonly name: string;
  /** Usual street price in euro cents, rounded; prices are the project's own estimate. */
  readonly unitPriceMinor: number;
  /** Fillings in one unit. */
  readonly packSize: number;
}

export interface CatalogueSlot {
  readonly key: string;
  readonly name: string;
  readonly polarity: 'depletes' | 'fills';
  /** Smallest step of the gauge, as a fraction. */
  readonly gaugeQuantum: number;
  /** Standard deviation of a reading beyond the step, as a fraction. */
  readonly gaugeNoise: number;
  /** For devices that report amounts: unit and size of a full filling. */
  readonly amount?: { readonly unit: string; readonly capacity: number };
  /** Uses of the device's counter that one filling lasts. */
  readonly yieldUses: number;
  /** Share of the device's uses that draw on this slot (colour pages are fewer than pages). */
  readonly shareOfUses: number;
  readonly typicalLifeDays: number;
  readonly shelfLifeDays?: number;
  readonly product: CatalogueProduct;
}

/** Where an entry's yields come from, so that they can be checked. */
export type SourceKind =
  /** Page yield declared after ISO/IEC 19752 (monochrome toner). */
  | 'iso-19752'
  /** Page yield declared after ISO/IEC 19798 (colour toner). */
  | 'iso-19798'
  /** Page yield declared after ISO/IEC 24711 and 24712 (ink). */
  | 'iso-24711'
  /** Size printed on the appliance's or the refill's data sheet. */
  | 'data-sheet';

export interface CatalogueModel {
  readonly make: string;
  readonly model: string;
  readonly family: string;
  /** Name of the counter that the device publishes. */
  readonly counterKey: string;
  readonly source: SourceKind;
  readonly slots: readonly CatalogueSlot[];
}
