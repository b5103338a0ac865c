import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { Reach } from './plan-deliveries.ts';

interface ReachRow {
  readonly customerId: string;
  readonly timeZone: string;
  readonly hasMail: boolean;
  readonly pushIds: readonly string[];
  readonly endpoints: Reach['endpoints'];
  readonly quietFrom: number | null;
  readonly quietTo: number | null;
  readonly digestAt: number | null;
  readonly preferences: Reach['preferences'];
}

const CUSTOMERS = prepared(`
  SELECT cu.id AS "customerId", cu.time_zone AS "timeZone",
    cu.email IS NOT NULL OR EXISTS (
      SELECT FROM member m JOIN auth_user u ON u.id = m.user_id
      WHERE m.customer_id = cu.id AND m.role = 'owner' AND u.email_verified AND u.disabled_at IS NULL) AS "hasMail",
    ARRAY(SELECT p.id::text FROM push_subscription p WHERE p.customer_id = cu.id AND p.ended_at IS NULL) AS "pushIds",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'kinds', w.kinds)), '[]') FROM webhook_endpoint w
      WHERE w.customer_id = cu.id AND w.disabled_at IS NULL) AS endpoints,
    s.quiet_from AS "quietFrom", s.quiet_to AS "quietTo", s.digest_at AS "digestAt",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'channel', f.channel, 'enabled', f.enabled)), '[]')
      FROM message_preference f WHERE f.customer_id = cu.id) AS preferences
  FROM customer cu LEFT JOIN message_setting s ON s.customer_id = cu.id
  WHERE cu.id = ANY ($1::uuid[])`);

const STAFF = `
  SELECT EXISTS (SELECT FROM auth_user WHERE role IN ('ops', 'admin') AND email_verified AND disabled_at IS NULL) AS "hasMail",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'kinds', w.kinds)), '[]') FROM webhook_endpoint w
      WHERE w.customer_id IS NULL AND w.disabled_at IS NULL) AS endpoints`;

export interface Reaches {
  /** null: the staff. */
  readonly of: (customerId: string | null) => Reach | undefined;
  /** Endpoints of the staff, which hear of every customer. */
  readonly staffEndpoints: Reach['endpoints'];
}

/** How customers and staff can be reached, in two statements however many there are. */
export async function loadReach(db: Queryable, customerIds: readonly string[]): Promise<Reaches> {
  const customers = await db.query<ReachRow>(CUSTOMERS, [customerIds]);
  const staff = await db.query<Pick<ReachRow, 'hasMail' | 'endpoints'>>(STAFF, []);
  const byId = new Map(
    customers.rows.map(({ customerId, quietFrom, quietTo, ...row }): [string, Reach] => {
      const quiet = quietFrom === null || quietTo === null ? null : { from: quietFrom, to: quietTo };
      return [customerId, { ...row, quiet }];
    }),
  );
  const { hasMail = false, endpoints = [] } = staff.rows[0] ?? {};
  const none = { pushIds: [], quiet: null, digestAt: null, preferences: [], timeZone: 'UTC' };
  const ofStaff: Reach = { ...none, hasMail, endpoints };
  return {
    of: (customerId) => (customerId === null ? ofStaff : byId.get(customerId)),
    staffEndpoints: endpoints,
  };
}
