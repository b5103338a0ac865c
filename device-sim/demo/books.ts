import type { Database } from '../../platform/database.ts';
import type { Purchase } from '../merchant/purchase.ts';
import type { ConnectedDevice } from './connected-device.ts';
import { countOf } from './count-of.ts';
import type { Parcels } from './parcels.ts';

type Pool = Database['pool'];

export interface Books {
  readonly pool: Pool;
  readonly devices: readonly ConnectedDevice[];
  readonly purchases: readonly Purchase[];
  readonly parcels: Parcels;
  /** Orders that a withdrawn consent must have cancelled. */
  readonly cancelledByWithdrawal: readonly string[];
  /** Orders that the staff declined: nobody may have bought one. */
  readonly declinedByStaff: readonly string[];
  /** Refusals by reason, as the platform counted them. */
  readonly refused: Readonly<Record<string, number>>;
  /** Webhooks that the platform has not taken. */
  readonly webhooksWaiting: number;
}

/** Compares the platform's tables with what the world knows; each disagreement is a sentence. */
export async function checkBooks(books: Books): Promise<string[]> {
  const found = await Promise.all([
    ...books.devices.map((device) => checkReadings(books.pool, device)),
    checkStrayReadings(books),
    checkEvents(books),
    checkOrders(books),
    checkDeliveries(books),
  ]);
  return [...found.flat(), ...checkRefusals(books), ...checkMerchant(books)];
}

const READINGS = `
  SELECT c.key, (extract(epoch FROM r.at) * 1000)::bigint AS at, r.seq
  FROM consumable c JOIN reading r ON r.consumable_id = c.id WHERE c.device_id = $1`;

async function checkReadings(pool: Pool, { id, device, book }: ConnectedDevice): Promise<string[]> {
  const { rows } = await pool.query<{ key: string; at: number; seq: number }>(READINGS, [id]);
  const stored = new Set(rows.map(({ key, at, seq }) => `${at} ${seq} ${key}`));
  const keys = device.slots.map((slot) => slot.kind.key);
  const acknowledged = [...book.acknowledged].flatMap((message) => keys.map((key) => `${message} ${key}`));
  const lost = acknowledged.filter((reading) => !stored.has(reading));
  const known = new Set(acknowledged);
  const invented = [...stored].filter((reading) => !known.has(reading));
  const { name } = device.plan;
  return [
    ...sentence(lost.length, `readings of ${name} were acknowledged but are not stored (first: ${lost[0]})`),
    ...sentence(
      invented.length,
      `stored readings of ${name} were never acknowledged (first: ${invented[0]})`,
    ),
    ...sentence(rows.length - stored.size, `readings of ${name} are stored twice`),
    ...sentence(book.sent.size - book.acknowledged.size, `messages of ${name} were never acknowledged`),
  ];
}

const sentence = (count: number, text: string): string[] => (count === 0 ? [] : [`${count} ${text}.`]);

async function checkStrayReadings({ pool }: Books): Promise<string[]> {
  const strays = await countOf(
    pool,
    'SELECT count(*)::int AS count FROM reading r WHERE NOT EXISTS (SELECT FROM consumable c WHERE c.id = r.consumable_id)',
  );
  return sentence(strays, 'readings belong to no consumable');
}

const EVENTS = `
  SELECT device_id AS "deviceId", (extract(epoch FROM at) * 1000)::bigint AS at, seq, type
  FROM consumable_event WHERE seq IS NOT NULL`;

async function checkEvents({ pool, devices }: Books): Promise<string[]> {
  const { rows } = await pool.query<{ deviceId: string; at: number; seq: number; type: string }>(EVENTS);
  const stored = new Set(rows.map(({ deviceId, at, seq, type }) => `${deviceId} ${at} ${seq} ${type}`));
  const acknowledged = new Set(
    devices.flatMap(({ id, book }) => [...book.acknowledgedEvents].map((event) => `${id} ${event}`)),
  );
  return [
    ...sentence(acknowledged.difference(stored).size, 'events were acknowledged but are not stored'),
    ...sentence(stored.difference(acknowledged).size, 'stored events were never acknowledged'),
  ];
}

interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly reference: string | null;
  readonly totalMinor: number;
}

const ORDERS = `SELECT id, status, merchant_reference AS reference, total_minor AS "totalMinor" FROM "order"`;

/** Statuses of the platform that agree with each status at the merchant. */
const AGREEING: Readonly<Record<Purchase['status'], readonly string[]>> = {
  accepted: ['accepted'],
  shipped: ['shipped'],
  delivered: ['delivered', 'installed'],
  cancelled: ['cancelled'],
};
const BOUGHT = ['accepted', 'shipped', 'delivered', 'installed'];

async function checkOrders({ pool, purchases, cancelledByWithdrawal }: Books): Promise<string[]> {
  const { rows } = await pool.query<OrderRow>(ORDERS);
  const orders = new Map(rows.map((order) => [order.id, order]));
  const found: string[] = [];
  for (const purchase of purchases) {
    const order = orders.get(purchase.clientReference);
    orders.delete(purchase.clientReference);
    const what = `Purchase ${purchase.reference}`;
    if (order === undefined)
      found.push(`${what} belongs to no order of the platform, or to one that has another.`);
    else if (order.reference !== purchase.reference)
      found.push(`${what} is ${order.reference} for the platform.`);
    else if (!AGREEING[purchase.status].includes(order.status)) {
      found.push(`${what} is ${purchase.status} at the merchant but ${order.status} on the platform.`);
    } else if (order.totalMinor !== purchase.totalMinor) {
      found.push(
        `${what} costs ${purchase.totalMinor} at the merchant but ${order.totalMinor} on the platform.`,
      );
    }
  }
  const unknown = [...orders.values()].filter(({ status }) => BOUGHT.includes(status));
  found.push(...unknown.map(({ id, status }) => `Order ${id} is ${status} but unknown to the merchant.`));
  const alive = rows.filter(({ id, status }) => cancelledByWithdrawal.includes(id) && status !== 'cancelled');
  found.push(
    ...alive.map(({ id, status }) => `Order ${id} is ${status} although its consent was withdrawn before.`),
  );
  return found;
}

async function checkDeliveries({ pool, parcels }: Books): Promise<string[]> {
  const booked = await countOf(
    pool,
    "SELECT coalesce(sum(quantity), 0)::int AS count FROM consumable_event WHERE type = 'delivered'",
  );
  const handed = parcels.all
    .filter((parcel) => parcel.handedOver)
    .reduce((sum, parcel) => sum + parcel.fillings, 0);
  return booked === handed ? [] : [`${handed} fillings were delivered, but the platform knows of ${booked}.`];
}

/** Every deliberate fault is refused, once, for its reason; and nothing else is. */
function checkRefusals({ devices, refused }: Books): string[] {
  const expected = new Map<string, number>();
  for (const { book } of devices) {
    for (const [reason, count] of book.misdeeds) expected.set(reason, (expected.get(reason) ?? 0) + count);
  }
  return [...new Set([...expected.keys(), ...Object.keys(refused)])].toSorted().flatMap((reason) => {
    const [wanted, counted] = [expected.get(reason) ?? 0, refused[reason] ?? 0];
    return wanted === counted
      ? []
      : [`${wanted} refusals for ${reason} were provoked, but the platform counted ${counted}.`];
  });
}

function checkMerchant({ parcels, purchases, declinedByStaff, webhooksWaiting }: Books): string[] {
  const declined = purchases.filter(({ clientReference }) => declinedByStaff.includes(clientReference));
  return [
    ...sentence(declined.length, 'orders were bought although the staff had declined them'),
    ...sentence(webhooksWaiting, "of the merchant's webhooks were not taken"),
    ...parcels.strays.map((reference) => `Purchase ${reference} is for nothing that the world has.`),
  ];
}
