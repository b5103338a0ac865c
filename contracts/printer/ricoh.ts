import type { SnmpView } from './snmp-view.ts';
import type { SupplyRow } from './supplies.ts';
import { decodeText } from './text.ts';

/** Ricoh's private toner table: names in column 2, levels in percent (or -3, -100) in column 5. */
const ENTRY = '1.3.6.1.4.1.367.3.2.1.2.24.1.1';
const MAX_ROWS = 32;

export function ricohRows(view: SnmpView): SupplyRow[] {
  const names = view.column(ENTRY, 2);
  return [...view.column(ENTRY, 5)].slice(0, MAX_ROWS).flatMap(([index, level]): SupplyRow[] => {
    const name = names.get(index);
    if (typeof level !== 'number' || !(name instanceof Uint8Array) || !/^\d{1,9}$/u.test(index)) return [];
    return [
      {
        source: 'ricoh',
        index: Number(index),
        name: decodeText(name),
        unit: 'percent',
        capacity: 100,
        assumedCapacity: true,
        level,
      },
    ];
  });
}
