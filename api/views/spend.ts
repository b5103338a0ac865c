import type { z } from 'zod';
import type { monthSpendSchema } from '../../contracts/http/views.ts';
import { localDate, startOfLocalDate } from '../../core/calendar.ts';
import { COMMITTED_STATUSES } from '../../core/order-lifecycle.ts';
import type { Pool } from '../../platform/database.ts';
import { notFound } from '../http/problem.ts';

/** What the gates count as spent in the calendar month (core/gates.ts), and the limit that it is held to. */
const SPEND = `
  SELECT coalesce(sum(total_minor), 0)::int AS "committedMinor", count(*)::int AS orders,
    (SELECT max(m.max_spend_per_month_minor) FROM consent c JOIN mandate m ON m.consent_id = c.id
     WHERE c.customer_id = $1 AND (c.valid_until IS NULL OR c.valid_until > $4)
       AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = c.id)) AS "limitMinor"
  FROM "order" WHERE customer_id = $1 AND announced_at >= $2 AND status = ANY($3::order_status[])`;

export async function readMonthSpend(
  pool: Pool,
  customerId: string,
  now: number,
): Promise<z.output<typeof monthSpendSchema>> {
  const found = await pool.query<{ timeZone: string; currency: string }>(
    'SELECT time_zone AS "timeZone", currency FROM customer WHERE id = $1',
    [customerId],
  );
  const { timeZone, currency } = found.rows[0] ?? notFound('customer', customerId);
  const month = localDate(now, timeZone).slice(0, 7);
  const since = new Date(startOfLocalDate(`${month}-01`, timeZone));
  const { rows } = await pool.query<{ committedMinor: number; orders: number; limitMinor: number | null }>(
    SPEND,
    [customerId, since, COMMITTED_STATUSES, new Date(now)],
  );
  return { month, currency, ...(rows[0] ?? { committedMinor: 0, orders: 0, limitMinor: null }) };
}
