import type { Halt } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';

interface HaltRow {
  readonly productId: string | null;
  readonly deviceModelId: string | null;
  readonly merchantId: string | null;
  readonly reason: string;
}

const HALTS = `
  SELECT product_id AS "productId", device_model_id AS "deviceModelId", merchant_id AS "merchantId", reason
  FROM halt WHERE lifted_at IS NULL ORDER BY created_at`;

/** What an order touches. */
interface HaltSubject {
  readonly productId: string | null;
  readonly merchantId: string | null;
  readonly deviceModelId: string;
}

export type HaltsOf = (subject: HaltSubject) => readonly Halt[];

export async function loadHalts(db: Queryable): Promise<HaltsOf> {
  const { rows } = await db.query<HaltRow>(HALTS, []);
  return (subject) =>
    rows
      .filter(
        (halt) =>
          covers(halt.productId, subject.productId) &&
          covers(halt.merchantId, subject.merchantId) &&
          covers(halt.deviceModelId, subject.deviceModelId),
      )
      .map((halt) => ({ scope: scopeOf(halt), reason: halt.reason }));
}

const covers = (narrowedTo: string | null, subject: string | null): boolean =>
  narrowedTo === null || narrowedTo === subject;

function scopeOf(halt: HaltRow): Halt['scope'] {
  if (halt.productId !== null) return 'product';
  if (halt.deviceModelId !== null) return 'device-model';
  return halt.merchantId === null ? 'global' : 'merchant';
}
