/** One consumable of a device, as the decoder needs it. */
export interface Slot {
  readonly consumableId: string;
  /** Unit and size of a full filling; null: the device reports fractions only. */
  readonly unit: string | null;
  readonly capacity: number | null;
  /** Which counter measures use of this slot. */
  readonly counterKey: string | null;
  /** Until when the customer lets its readings be stored, ms; absent: without end. */
  readonly telemetryUntil?: number;
}

/** A device as the database had it when last looked up. */
export interface Device {
  readonly id: string;
  /** SHA-256 of its secret; null: it has none. */
  readonly secretHash: Buffer | null;
  /** SHA-256 of its client certificate, lower-case hex. */
  readonly certificateFingerprint: string | null;
  readonly revoked: boolean;
  readonly slots: ReadonlyMap<string, Slot>;
}
