/** One row of `reading`, times in ms. */
export interface ReadingRow {
  readonly consumableId: string;
  readonly at: number;
  readonly seq: number;
  readonly receivedAt: number;
  readonly levelKind: 'measured' | 'some' | 'unknown';
  /** 0…1; null unless measured. */
  readonly level: number | null;
  readonly useCounter: number | null;
  readonly supplySerial: string | null;
  readonly historical: boolean;
}

/** One row of `consumable_event`, times in ms. */
export interface EventRow {
  readonly deviceId: string;
  /** null: of the device as a whole. */
  readonly consumableId: string | null;
  readonly type: string;
  readonly at: number;
  readonly seq: number;
  readonly receivedAt: number;
  readonly historical: boolean;
  readonly detail: string | null;
}
