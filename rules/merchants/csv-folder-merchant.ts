import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type MerchantOrder,
  type MerchantReturn,
  merchantOrderSchema,
  merchantReturnSchema,
  type PlaceOrder,
  type Rejection,
  type ReturnRequest,
  rejectionSchema,
} from '../../contracts/merchant.ts';
import { MERCHANT_ADAPTERS } from '../../contracts/merchant-adapters.ts';
import { fromCsvRecord, toCsvRecord } from './csv.ts';
import type { MerchantPort, Pending, Unknown } from './merchant-port.ts';

export interface CsvFolderOptions {
  /** `folder:` and the name of the merchant's folder. */
  readonly address: string;
  /** What the folders of all merchants lie in; undefined: this installation has none. */
  readonly parent: string | undefined;
}

/** An answer is a few lines; more is not one. */
const ANSWER_BYTES_MAX = 65_536;

const uuid = z.uuid();
const unknown = (detail: string): Unknown => ({ outcome: 'unknown', detail });
const PENDING: Pending = {
  outcome: 'pending',
  detail: 'The merchant has the file and has not answered yet.',
};

/**
 * A merchant without a shop system: each purchase is a file `orders/<our reference>.csv`, and what becomes
 * of it the merchant writes to `answers/<our reference>.csv` (docs/merchants.md). The name of the file is
 * the idempotency key: a purchase is handed over once, and `sent/` remembers it when the merchant has
 * taken the file away. A file is written apart and renamed, so that nobody reads half of one.
 */
export function createCsvFolderMerchant({ address, parent }: CsvFolderOptions): MerchantPort {
  const name = MERCHANT_ADAPTERS['csv-folder'].address.test(address) ? address.slice('folder:'.length) : null;
  const folder = parent === undefined || name === null ? null : join(parent, name);
  const reached = <Answer>(work: (folder: string) => Promise<Answer>): Promise<Answer | Unknown> =>
    folder === null ? Promise.resolve(unknown('MERCHANT_FOLDER is not set.')) : guarded(folder, work);
  return {
    place: (order) => reached((at) => place(at, order)),
    find: (clientReference) =>
      reached(async (at) => {
        const answer = await readAnswer(at, clientReference);
        if (answer !== null) return answer;
        return (await exists(at, 'sent', clientReference)) ? PENDING : { outcome: 'none' as const };
      }),
    cancel: ({ clientReference, reference }) =>
      reached(async (at) => {
        const answer = await readAnswer(at, clientReference);
        if (answer?.outcome === 'found') {
          const { status } = answer.order;
          if (status === 'cancelled') return { outcome: 'cancelled' as const };
          if (status !== 'accepted') return { outcome: 'refused' as const };
        }
        await write(at, 'cancellations', clientReference, { clientReference, reference });
        return PENDING;
      }),
    quote: () => Promise.resolve({ outcome: 'not-offered' }),
    requestReturn: ({ clientReference, reference }, request) =>
      reached(async (at) => ({
        outcome: 'answered' as const,
        returned: await askReturn(at, { clientReference, reference }, request),
      })),
  };
}

/** A folder that cannot be reached (a share that is not mounted) is a merchant that does not answer. */
async function guarded<Answer>(
  folder: string,
  work: (folder: string) => Promise<Answer>,
): Promise<Answer | Unknown> {
  try {
    await stat(folder);
    return await work(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      return unknown(`The folder of the merchant cannot be used (${String(error.code)}).`);
    }
    return unknown(`What the merchant wrote cannot be read (${String(error).slice(0, 200)}).`);
  }
}

async function place(folder: string, order: PlaceOrder) {
  const { clientReference, deliveryAddress } = order;
  const answer = await readAnswer(folder, clientReference);
  if (answer?.outcome === 'found') return { outcome: 'accepted' as const, order: answer.order };
  if (answer !== null) return answer;
  if (!(await exists(folder, 'sent', clientReference))) {
    const { sku, quantity, maxTotalMinor, currency, paymentReference } = order;
    const record = {
      clientReference,
      sku,
      quantity,
      maxTotalMinor,
      currency,
      deliveryAddress: Object.values(deliveryAddress)
        .filter((part) => typeof part === 'string' && part !== '')
        .join(', '),
      paymentReference,
      parcelReference: order.parcelReference ?? null,
    };
    await write(folder, 'orders', clientReference, record);
    await write(folder, 'sent', clientReference, record);
  }
  return PENDING;
}

type Found = { readonly outcome: 'found'; readonly order: MerchantOrder };
type Refused = { readonly outcome: 'rejected'; readonly rejection: Rejection };

/** What the merchant wrote about a purchase; null: nothing yet. Throws for what is no answer. */
async function readAnswer(folder: string, clientReference: string): Promise<Found | Refused | null> {
  const record = await read(folder, clientReference);
  if (record === null) return null;
  if (record['status'] === 'rejected') {
    const { code, detail, actionUrl } = record;
    const rejection = { code, detail: detail ?? '', ...(actionUrl ? { actionUrl } : {}) };
    return { outcome: 'rejected', rejection: rejectionSchema.parse(rejection) };
  }
  const order = merchantOrderSchema.parse({
    ...record,
    clientReference,
    totalMinor: Number(record['totalMinor']),
    rejection: undefined,
    refundedMinor: record['refundedMinor'] ? Number(record['refundedMinor']) : undefined,
  });
  return { outcome: 'found', order };
}

async function askReturn(
  folder: string,
  order: { readonly clientReference: string; readonly reference: string },
  { returnReference, kind, wants, note }: ReturnRequest,
): Promise<MerchantReturn> {
  const record = await read(folder, returnReference);
  if (record !== null) {
    const refundMinor = record['refundMinor'] ? Number(record['refundMinor']) : null;
    return merchantReturnSchema.parse({ ...record, returnReference, refundMinor });
  }
  if (!(await exists(folder, 'sent', returnReference))) {
    const asked = { returnReference, ...order, kind, wants, note };
    await write(folder, 'returns', returnReference, asked);
    await write(folder, 'sent', returnReference, asked);
  }
  const detail = 'The merchant has been asked and has not answered yet.';
  return { reference: returnReference, returnReference, status: 'open', detail, refundMinor: null };
}

const fileOf = (folder: string, kind: string, reference: string): string =>
  join(folder, kind, `${uuid.parse(reference)}.csv`);

async function exists(folder: string, kind: string, reference: string): Promise<boolean> {
  return (await sizeOf(fileOf(folder, kind, reference))) !== null;
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function read(folder: string, reference: string): Promise<Readonly<Record<string, string>> | null> {
  const file = fileOf(folder, 'answers', reference);
  const size = await sizeOf(file);
  if (size === null) return null;
  if (size > ANSWER_BYTES_MAX) throw new RangeError('The answer is too long.');
  await using handle = await open(file);
  const record = fromCsvRecord(await handle.readFile('utf8'));
  if (record === null) throw new RangeError('The answer is not a CSV record.');
  return record;
}

async function write(
  folder: string,
  kind: string,
  reference: string,
  record: Readonly<Record<string, string | number | null>>,
): Promise<void> {
  const file = fileOf(folder, kind, reference);
  await mkdir(join(folder, kind), { recursive: true });
  const draft = join(folder, kind, `.${uuid.parse(reference)}.tmp`);
  await writeFile(draft, toCsvRecord(record), { flush: true });
  await rename(draft, file);
}
