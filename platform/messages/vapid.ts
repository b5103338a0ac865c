import webPush from 'web-push';
import type { Queryable } from '../order-store.ts';

/** Whom push services know the installation by (RFC 8292). */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

const READ = 'SELECT public_key AS "publicKey", private_key AS "privateKey" FROM vapid_key';
const MAKE = `
  INSERT INTO vapid_key (public_key, private_key, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

/** The installation's keys; made once, by whoever asks first. New ones would end every subscription. */
export async function vapidKeys(db: Queryable, at: number): Promise<VapidKeys> {
  const known = await db.query<VapidKeys>(READ, []);
  const [found] = known.rows;
  if (found !== undefined) return found;
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  await db.query(MAKE, [publicKey, privateKey, new Date(at)]);
  const { rows } = await db.query<VapidKeys>(READ, []);
  return rows[0] ?? { publicKey, privateKey };
}
