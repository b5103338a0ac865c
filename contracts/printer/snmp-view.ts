import type { Varbinds, VarbindValue } from './snmprec.ts';
import { cleanText, decodeText } from './text.ts';

const noRows: ReadonlyMap<string, VarbindValue> = new Map();

/** Tables out of a flat map: one pass over the varbinds, then lookups, however large or odd the walk is. */
export class SnmpView {
  readonly #varbinds: Varbinds;
  readonly #columns = new Map<string, Map<string, VarbindValue>>();
  readonly #charset: number | undefined;

  constructor(varbinds: Varbinds) {
    this.#varbinds = varbinds;
    for (const [oid, value] of varbinds) this.#file(oid, value);
    this.#charset = [...this.column('1.3.6.1.2.1.43.7.1.1', 4).values()].find((v) => typeof v === 'number');
  }

  /** Only tables that are read: `1.3.6.1.2.1.{2.2.1,25.3.x.1,43.a.b.1}` and Ricoh's toner table. */
  #file(oid: string, value: VarbindValue): void {
    const match =
      /^(1\.3\.6\.1\.2\.1\.(?:2\.2\.1|25\.3\.[25]\.1|43\.\d+\.\d\.1)|1\.3\.6\.1\.4\.1\.367\.3\.2\.1\.2\.24\.1\.1)\.(\d+)\.([\d.]+)$/u.exec(
        oid,
      );
    if (match === null) return;
    const key = `${match[1]}.${match[2]}`;
    const rows = this.#columns.get(key) ?? new Map<string, VarbindValue>();
    rows.set(match[3] ?? '', value);
    this.#columns.set(key, rows);
  }

  get(oid: string): VarbindValue | undefined {
    return this.#varbinds.get(oid);
  }

  /** Row index → value of one column of a table entry. */
  column(entry: string, column: number): ReadonlyMap<string, VarbindValue> {
    return this.#columns.get(`${entry}.${column}`) ?? noRows;
  }

  /** Also one that a careless agent wrote in digits. */
  integer(oid: string): number | undefined {
    const value = this.#varbinds.get(oid);
    if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
    const text = value instanceof Uint8Array && value.length <= 12 ? decodeText(value) : '';
    return /^-?\d{1,10}$/u.test(text) ? Number(text) : undefined;
  }

  octets(oid: string): Uint8Array | undefined {
    const value = this.#varbinds.get(oid);
    return value instanceof Uint8Array ? value : undefined;
  }

  /** Decoded and cleaned, undefined when absent or empty. */
  text(oid: string): string | undefined {
    return this.#textOf(this.#varbinds.get(oid));
  }

  /** Device ids are longer than RFC 3805's strings. */
  longText(oid: string): string | undefined {
    const value = this.#varbinds.get(oid);
    if (!(value instanceof Uint8Array)) return undefined;
    return Buffer.from(value.subarray(0, 4096)).toString('latin1').replace(/\0/gu, '');
  }

  /** The first row of a column as text. */
  first(entry: string, column: number): string | undefined {
    for (const value of this.column(entry, column).values()) {
      const text = this.#textOf(value);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #textOf(value: VarbindValue | undefined): string | undefined {
    if (value === undefined) return undefined;
    const text = value instanceof Uint8Array ? decodeText(value, this.#charset) : cleanText(String(value));
    return text === '' ? undefined : text;
  }
}
