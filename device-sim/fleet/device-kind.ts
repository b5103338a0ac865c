import type { CatalogueModel, CatalogueSlot } from '../catalogue/catalogue-types.ts';

/** What a slot's gauge can say: a level, or only that something is left, or nothing (RFC 3805 -3 and -2). */
export type Tells = 'level' | 'some' | 'unknown';

export interface SlotKind extends CatalogueSlot {
  readonly tells: Tells;
}

/** A device model as the simulation needs it, from the catalogue or from a capture of a real device. */
export interface DeviceKind {
  readonly make: string;
  readonly model: string;
  readonly family: string;
  readonly counterKey: string;
  readonly slots: readonly SlotKind[];
  /** Name of the real capture that it replays; null: from the catalogue. */
  readonly capture: string | null;
  /** Fractions left at the start, by slot, as captured. */
  readonly capturedLevels: Readonly<Record<string, number>>;
  /** The device's counter at the start. */
  readonly capturedCounter: number;
}

export function kindOfCatalogue(model: CatalogueModel): DeviceKind {
  const { make, family, counterKey, slots } = model;
  return {
    make,
    model: model.model,
    family,
    counterKey,
    slots: slots.map((slot) => ({ ...slot, tells: 'level' as const })),
    capture: null,
    capturedLevels: {},
    capturedCounter: 0,
  };
}
