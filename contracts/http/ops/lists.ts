import { z } from 'zod';
import { instant, localDate, pageOf, pageQuery, queryFlag, uuid } from '../common.ts';
import { strategy } from '../devices.ts';
import { ISSUE_KINDS, ORDER_STATUSES } from '../orders.ts';

/** The console's tables: flat rows, so that a table, a CSV file and a program read the same. */

const status = z.enum(ORDER_STATUSES);
const whole = z.number().int();
const text = z.string().trim().min(1).max(200);

export const opsOrderSchema = z
  .object({
    id: uuid,
    createdAt: instant,
    status,
    customerId: uuid,
    customerName: z.string(),
    deviceId: uuid,
    deviceName: z.string(),
    consumableId: uuid,
    consumableName: z.string(),
    productId: uuid,
    productName: z.string(),
    sku: z.string(),
    merchantId: uuid,
    merchantName: z.string(),
    merchantReference: z.string().nullable(),
    automatic: z.boolean().describe('Rests on a standing consent.'),
    quantity: whole,
    totalMinor: whole,
    currency: z.string(),
    dueAt: instant.nullable(),
    arrivesTo: localDate.nullable(),
    deliveredAt: instant.nullable(),
  })
  .meta({ id: 'OpsOrder' });

export const opsConsumableSchema = z
  .object({
    id: uuid,
    deviceId: uuid,
    deviceName: z.string(),
    model: z.string(),
    key: z.string(),
    name: z.string(),
    customerId: uuid.nullable(),
    customerName: z.string().nullable(),
    productId: uuid.nullable(),
    productName: z.string().nullable(),
    strategy,
    level: z.number().nullable(),
    levelAt: instant.nullable(),
    onShelf: z.number(),
    runOutP10: instant.nullable(),
    runOutP50: instant.nullable(),
    runOutP90: instant.nullable(),
    score: z.number().nullable().describe('Predictability, 0…1.'),
    outcome: z.string().nullable(),
    openOrderId: uuid.nullable(),
    openOrderStatus: status.nullable(),
  })
  .meta({ id: 'OpsConsumable' });

export const opsDeviceSchema = z
  .object({
    id: uuid,
    name: z.string(),
    serial: z.string().nullable(),
    deviceModelId: uuid,
    model: z.string(),
    customerId: uuid.nullable(),
    customerName: z.string().nullable(),
    presence: z.enum(['online', 'offline']),
    presenceAt: instant.nullable(),
    consumables: whole,
    emptyConsumables: whole,
    revokedAt: instant.nullable(),
    releasedAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'OpsDevice' });

export const opsCustomerSchema = z
  .object({
    id: uuid,
    name: z.string(),
    email: z.string().nullable(),
    language: z.string(),
    timeZone: z.string(),
    jurisdiction: z.string(),
    currency: z.string(),
    devices: whole,
    openOrders: whole,
    createdAt: instant,
  })
  .meta({ id: 'OpsCustomer' });

export const opsIssueSchema = z
  .object({
    id: uuid,
    kind: z.enum(ISSUE_KINDS),
    audience: z.enum(['customer', 'ops']).describe('Who can do something about it.'),
    reason: z.string(),
    openedAt: instant,
    resolvedAt: instant.nullable(),
    orderId: uuid.nullable().describe('null: nothing could be ordered.'),
    orderStatus: status.nullable(),
    customerId: uuid,
    customerName: z.string(),
    deviceId: uuid,
    deviceName: z.string(),
    consumableId: uuid,
    consumableName: z.string(),
    merchantName: z.string().nullable(),
  })
  .meta({ id: 'OpsIssue', description: 'A problem with an order, or with having one.' });

const statuses = z
  .string()
  .max(300)
  .transform((given) => given.split(','))
  .pipe(z.array(status).min(1))
  .describe('Comma-separated.');

const orderFilters = {
  status: statuses.optional(),
  customerId: uuid.optional(),
  deviceId: uuid.optional(),
  consumableId: uuid.optional(),
  productId: uuid.optional(),
  merchantId: uuid.optional(),
  automatic: queryFlag.optional(),
  stuck: queryFlag.optional().describe('Being placed for longer than calls are retried.'),
  from: instant.optional().describe('Made since.'),
  to: instant.optional().describe('Made before.'),
  q: text.optional().describe("An order's id, or the merchant's reference."),
  sort: z.enum(['newest', 'oldest', 'due', 'total']).default('newest'),
};
const consumableFilters = {
  customerId: uuid.optional(),
  deviceId: uuid.optional(),
  deviceModelId: uuid.optional(),
  productId: uuid.optional(),
  strategy: strategy.optional(),
  outcome: z.string().max(40).optional(),
  empty: queryFlag.optional().describe('Read as empty, nothing on the shelf.'),
  silentSince: instant.optional().describe('No level read since.'),
  runOutBefore: instant.optional(),
  sort: z.enum(['runOut', 'newest']).default('runOut').describe('runOut: only those with a forecast.'),
};
const deviceFilters = {
  customerId: uuid.optional(),
  deviceModelId: uuid.optional(),
  presence: z.enum(['online', 'offline']).optional(),
  silentSince: instant.optional().describe('Offline since before.'),
  owned: queryFlag.optional().describe('Whether it belongs to a customer.'),
  q: text.optional().describe("A device's id, or how its serial number begins."),
  sort: z.enum(['newest', 'silent']).default('newest').describe('silent: longest offline first.'),
};
const customerFilters = {
  jurisdiction: z.string().max(40).optional(),
  language: z.string().max(10).optional(),
  q: text.optional().describe('How the name or the e-mail address begins, or an id.'),
  sort: z.enum(['newest', 'name']).default('newest'),
};
const issueFilters = {
  open: queryFlag.optional().describe('Whether it is still so.'),
  kind: z.enum(ISSUE_KINDS).optional(),
  audience: z.enum(['customer', 'ops']).optional(),
  customerId: uuid.optional(),
  sort: z.enum(['oldest', 'newest']).default('oldest'),
};

export const opsOrdersFilter = z.object(orderFilters);
export const opsConsumablesFilter = z.object(consumableFilters);
export const opsDevicesFilter = z.object(deviceFilters);
export const opsCustomersFilter = z.object(customerFilters);
export const opsIssuesFilter = z.object(issueFilters);

export const opsOrdersQuery = z.object({ ...pageQuery, ...orderFilters });
export const opsConsumablesQuery = z.object({ ...pageQuery, ...consumableFilters });
export const opsDevicesQuery = z.object({ ...pageQuery, ...deviceFilters });
export const opsCustomersQuery = z.object({ ...pageQuery, ...customerFilters });
export const opsIssuesQuery = z.object({ ...pageQuery, ...issueFilters });

const total = z
  .object({ count: whole, exact: z.boolean().describe('false: an estimate of the database.') })
  .nullable()
  .describe('Of all that the filters let through; on the first page only.');

const tableOf = <Item extends z.ZodType>(item: Item) => pageOf(item).extend({ total });
export const opsOrdersPage = tableOf(opsOrderSchema);
export const opsConsumablesPage = tableOf(opsConsumableSchema);
export const opsDevicesPage = tableOf(opsDeviceSchema);
export const opsCustomersPage = tableOf(opsCustomerSchema);
export const opsIssuesPage = tableOf(opsIssueSchema);
