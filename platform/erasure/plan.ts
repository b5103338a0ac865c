import type { Queryable } from '../order-store.ts';
import type { Retention } from '../retention/settings.ts';
import type { ErasedRows } from './erase.ts';
import { DELETED_GROUPS, type DeletedGroup, type KeptGroup, sayDeleted, sayKept } from './texts.ts';

export interface DeletedPart {
  readonly group: DeletedGroup;
  /** For the customer, in their language. */
  readonly what: string;
  readonly rows: number;
}

export interface KeptPart {
  readonly group: KeptGroup;
  readonly what: string;
  /** With the law that it rests on. */
  readonly why: string;
  readonly rows: number;
  /** Last day; null: with the installation's log. */
  readonly until: string | null;
}

const KEPT_ROWS = `
  SELECT (SELECT count(*)::int FROM "order" WHERE customer_id = $1
      AND (accepted_at IS NOT NULL OR merchant_reference IS NOT NULL OR status = 'placing')) AS orders,
    (SELECT extract(year FROM max(coalesce(accepted_at, placed_at, created_at)))::int FROM "order"
      WHERE customer_id = $1) AS "lastYear",
    (SELECT count(*)::int FROM consent WHERE customer_id = $1) AS consents,
    (SELECT count(*)::int FROM audit_entry WHERE customer_id = $1) AS audit`;

interface KeptRows {
  readonly orders: number;
  readonly lastYear: number | null;
  readonly consents: number;
  readonly audit: number;
}

/** What stays of a customer who is erased at `at`, why, and until when. */
export async function describeKept(
  db: Queryable,
  customerId: string,
  {
    retention,
    at,
    language,
  }: { readonly retention: Retention; readonly at: number; readonly language: string },
): Promise<readonly KeptPart[]> {
  const { rows } = await db.query<KeptRows>(KEPT_ROWS, [customerId]);
  const found = rows[0] ?? { orders: 0, lastYear: null, consents: 0, audit: 0 };
  const year = new Date(at).getUTCFullYear();
  const endOf = (since: number, years: number): string => `${since + years}-12-31`;
  const parts: readonly Omit<KeptPart, 'what' | 'why'>[] = [
    {
      group: 'orders',
      rows: found.orders,
      until: endOf(found.lastYear ?? year, retention.erasedOrderYears),
    },
    {
      group: 'consents',
      rows: found.consents,
      // Those that a kept order rests on stay with it.
      until: endOf(
        ...latest([year, retention.erasedConsentYears], found, [
          found.lastYear ?? year,
          retention.erasedOrderYears,
        ]),
      ),
    },
    { group: 'audit', rows: found.audit, until: null },
  ];
  return parts.filter((part) => part.rows > 0).map((part) => ({ ...part, ...sayKept(part.group, language) }));
}

type Span = readonly [since: number, years: number];
const latest = (own: Span, { orders }: KeptRows, ofOrders: Span): Span =>
  orders > 0 && ofOrders[0] + ofOrders[1] > own[0] + own[1] ? ofOrders : own;

/** What goes, by group. */
export function describeDeleted(rows: ErasedRows, language: string): DeletedPart[] {
  return DELETED_GROUPS.flatMap((group) => {
    const count = rows[group] ?? 0;
    return count === 0 ? [] : [{ group, what: sayDeleted(group, language), rows: count }];
  });
}
