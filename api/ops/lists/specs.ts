import {
  opsConsumableSchema,
  opsCustomerSchema,
  opsDeviceSchema,
  opsIssueSchema,
  opsOrderSchema,
} from '../../../contracts/http/ops/lists.ts';
import type { ListSpec } from './list.ts';

/** An id, when the text is one. */
const asId = (p: string): string =>
  `CASE WHEN ${p}::text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ${p}::text::uuid END`;
/** Text that is searched for, with nothing in it that LIKE would take for a pattern. */
const prefix = (p: string): string =>
  `(replace(replace(replace(lower(${p}::text), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%')`;

const is = (column: string, type: string) => (p: string) => `${column} = ${p}::${type}`;
const byId = { by: 'id', type: 'uuid' } as const;

export const ORDERS: ListSpec<typeof opsOrderSchema> = {
  name: 'orders',
  item: opsOrderSchema,
  id: 'o.id',
  base: '"order" o',
  orders: {
    newest: { by: 'o.created_at', type: 'timestamptz', descending: true },
    oldest: { by: 'o.created_at', type: 'timestamptz' },
    due: { by: 'o.due_at', type: 'timestamptz', where: 'o.due_at IS NOT NULL' },
    total: { by: 'o.total_minor', type: 'int', descending: true },
  },
  filters: {
    status: (p) => `o.status = ANY (${p}::order_status[])`,
    customerId: is('o.customer_id', 'uuid'),
    consumableId: is('o.consumable_id', 'uuid'),
    deviceId: (p) => `o.consumable_id IN (SELECT c.id FROM consumable c WHERE c.device_id = ${p}::uuid)`,
    productId: is('o.product_id', 'uuid'),
    merchantId: is('o.merchant_id', 'uuid'),
    automatic: (p) => `(o.consent_id IS NOT NULL) = ${p}::boolean`,
    stuck: (p) => `o.status = 'placing' AND o.placed_at < ${p}::timestamptz`,
    from: (p) => `o.created_at >= ${p}::timestamptz`,
    to: (p) => `o.created_at < ${p}::timestamptz`,
    q: (p) => `o.id = ${asId(p)} OR o.merchant_reference = ${p}::text`,
  },
  columns: `o.id, o.created_at AS "createdAt", o.status, o.customer_id AS "customerId", cu.name AS "customerName",
    c.device_id AS "deviceId", d.name AS "deviceName", o.consumable_id AS "consumableId", slot.name AS "consumableName",
    o.product_id AS "productId", p.name AS "productName", p.sku, o.merchant_id AS "merchantId", m.name AS "merchantName",
    o.merchant_reference AS "merchantReference", o.consent_id IS NOT NULL AS automatic, o.quantity,
    o.total_minor AS "totalMinor", o.currency, o.due_at AS "dueAt", o.arrives_to::text AS "arrivesTo",
    o.delivered_at AS "deliveredAt"`,
  joins: `JOIN "order" o ON o.id = page.id JOIN customer cu ON cu.id = o.customer_id
    JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
    JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
    JOIN product p ON p.id = o.product_id JOIN merchant m ON m.id = o.merchant_id`,
};

const IS_EMPTY = 's.level <= 0.005 AND s.on_shelf < 0.5';

export const CONSUMABLES: ListSpec<typeof opsConsumableSchema> = {
  name: 'consumables',
  item: opsConsumableSchema,
  id: 's.consumable_id',
  base: 'consumable_state s JOIN consumable c ON c.id = s.consumable_id',
  orders: {
    runOut: { by: 's.run_out_p50', type: 'timestamptz', where: 's.run_out_p50 IS NOT NULL' },
    newest: { by: 's.consumable_id', type: 'uuid', descending: true },
  },
  filters: {
    customerId: is('c.customer_id', 'uuid'),
    deviceId: is('c.device_id', 'uuid'),
    deviceModelId: is('c.device_model_id', 'uuid'),
    productId: is('c.product_id', 'uuid'),
    strategy: is('c.strategy', 'strategy'),
    outcome: is('s.outcome', 'text'),
    // Written so that the planner, who knows the value, is left with the one or the other, which has an index.
    empty: (p) => `(NOT ${p}::boolean OR ${IS_EMPTY}) AND (${p}::boolean OR NOT (${IS_EMPTY}))`,
    silentSince: (p) => `s.level_at < ${p}::timestamptz`,
    runOutBefore: (p) => `s.run_out_p50 < ${p}::timestamptz`,
  },
  columns: `c.id, c.device_id AS "deviceId", d.name AS "deviceName", dm.make || ' ' || dm.model AS model, c.key, slot.name,
    c.customer_id AS "customerId", cu.name AS "customerName", c.product_id AS "productId", p.name AS "productName",
    c.strategy, s.level, s.level_at AS "levelAt", s.on_shelf AS "onShelf", s.run_out_p10 AS "runOutP10",
    s.run_out_p50 AS "runOutP50", s.run_out_p90 AS "runOutP90", (s.predictability ->> 'score')::float8 AS score,
    s.outcome, o.id AS "openOrderId", o.status AS "openOrderStatus"`,
  joins: `JOIN consumable c ON c.id = page.id JOIN consumable_state s ON s.consumable_id = c.id
    JOIN device d ON d.id = c.device_id JOIN device_model dm ON dm.id = c.device_model_id
    JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
    LEFT JOIN customer cu ON cu.id = c.customer_id LEFT JOIN product p ON p.id = c.product_id
    LEFT JOIN "order" o ON o.consumable_id = c.id AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped')`,
};

export const DEVICES: ListSpec<typeof opsDeviceSchema> = {
  name: 'devices',
  item: opsDeviceSchema,
  id: 'd.id',
  base: 'device d',
  orders: {
    newest: { ...byId, by: 'd.id', descending: true },
    silent: {
      by: 'd.presence_at',
      type: 'timestamptz',
      where: `d.presence = 'offline' AND d.presence_at IS NOT NULL AND d.revoked_at IS NULL AND d.released_at IS NULL`,
    },
  },
  filters: {
    customerId: is('d.customer_id', 'uuid'),
    deviceModelId: is('d.device_model_id', 'uuid'),
    presence: is('d.presence', 'presence'),
    silentSince: (p) => `d.presence = 'offline' AND d.presence_at < ${p}::timestamptz`,
    owned: (p) => `(d.customer_id IS NOT NULL) = ${p}::boolean`,
    // Found first: how many begin so is guessed badly, and a walk along the order of the page may read everything.
    q: (p) =>
      `d.id = ANY (ARRAY(SELECT ${asId(p)} UNION SELECT d.id FROM device d WHERE lower(d.serial) LIKE ${prefix(p)}))`,
  },
  columns: `d.id, d.name, d.serial, d.device_model_id AS "deviceModelId", dm.make || ' ' || dm.model AS model,
    d.customer_id AS "customerId", cu.name AS "customerName", d.presence, d.presence_at AS "presenceAt",
    slots.consumables, slots.empty AS "emptyConsumables", d.revoked_at AS "revokedAt", d.released_at AS "releasedAt",
    d.created_at AS "createdAt"`,
  joins: `JOIN device d ON d.id = page.id JOIN device_model dm ON dm.id = d.device_model_id
    LEFT JOIN customer cu ON cu.id = d.customer_id
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS consumables, count(*) FILTER (WHERE s.level <= 0.005)::int AS empty
      FROM consumable c LEFT JOIN consumable_state s ON s.consumable_id = c.id WHERE c.device_id = d.id
    ) slots`,
};

/** Byte by byte, as its index has it. */
const NAME = 'lower(cu.name) COLLATE "C"';

export const CUSTOMERS: ListSpec<typeof opsCustomerSchema> = {
  name: 'customers',
  item: opsCustomerSchema,
  id: 'cu.id',
  base: 'customer cu',
  orders: {
    newest: { ...byId, by: 'cu.id', descending: true },
    name: { by: NAME, type: 'text' },
  },
  filters: {
    jurisdiction: is('cu.jurisdiction', 'text'),
    language: is('cu.language', 'text'),
    // Each along its own index, and before the order of the page, as for devices.
    q: (
      p,
    ) => `cu.id = ANY (ARRAY(SELECT ${asId(p)} UNION SELECT cu.id FROM customer cu WHERE ${NAME} LIKE ${prefix(p)}
      UNION SELECT cu.id FROM customer cu WHERE lower(cu.email) LIKE ${prefix(p)}))`,
  },
  columns: `cu.id, cu.name, cu.email, cu.language, cu.time_zone AS "timeZone", cu.jurisdiction, cu.currency,
    (SELECT count(*)::int FROM device d WHERE d.customer_id = cu.id) AS devices,
    (SELECT count(*)::int FROM "order" o WHERE o.customer_id = cu.id
      AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped')) AS "openOrders",
    cu.created_at AS "createdAt"`,
  joins: 'JOIN customer cu ON cu.id = page.id',
};

export const ISSUES: ListSpec<typeof opsIssueSchema> = {
  name: 'issues',
  item: opsIssueSchema,
  id: 'i.id',
  base: 'order_issue i',
  orders: {
    oldest: { by: 'i.opened_at', type: 'timestamptz' },
    newest: { by: 'i.opened_at', type: 'timestamptz', descending: true },
  },
  filters: {
    open: (p) => `(i.resolved_at IS NULL) = ${p}::boolean`,
    kind: is('i.kind', 'text'),
    audience: is('i.audience', 'text'),
    customerId: is('i.customer_id', 'uuid'),
  },
  columns: `i.id, i.kind, i.audience, i.reason, i.said, i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt", i.order_id AS "orderId",
    o.status AS "orderStatus", i.customer_id AS "customerId", cu.name AS "customerName", d.id AS "deviceId", d.name AS "deviceName",
    i.consumable_id AS "consumableId", slot.name AS "consumableName", m.name AS "merchantName"`,
  joins: `JOIN order_issue i ON i.id = page.id JOIN customer cu ON cu.id = i.customer_id
    JOIN consumable c ON c.id = i.consumable_id JOIN device d ON d.id = c.device_id
    JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
    LEFT JOIN "order" o ON o.id = i.order_id LEFT JOIN merchant m ON m.id = o.merchant_id`,
};
