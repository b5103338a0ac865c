import type { z } from 'zod';
import type { deviceSchema } from '../../contracts/http/devices.ts';

export type Device = z.output<typeof deviceSchema>;

/** A device as it is shown, with its consumables, in one query. */
const DEVICE = `
  SELECT d.id, d.customer_id AS "customerId", d.device_model_id AS "deviceModelId", d.name, d.serial, d.firmware,
    d.secret_hash IS NOT NULL AS "hasSecret", d.certificate_fingerprint AS "certificateFingerprint",
    d.revoked_at AS "revokedAt", d.presence, d.presence_at AS "presenceAt", d.created_at AS "createdAt",
    d.address_id AS "addressId",
    (SELECT coalesce(json_agg(json_build_object('id', c.id, 'key', c.key, 'productId', c.product_id,
        'strategy', c.strategy) ORDER BY c.key), '[]')
      FROM consumable c WHERE c.device_id = d.id) AS consumables
  FROM device d`;

export const READ_DEVICE = `${DEVICE} WHERE d.id = $1`;

/** Parameters: customer or null, device model or null, last id or null, limit. */
export const LIST_DEVICES = `${DEVICE}
  WHERE ($1::uuid IS NULL OR d.customer_id = $1) AND ($2::uuid IS NULL OR d.device_model_id = $2)
    AND ($3::uuid IS NULL OR d.id < $3)
  ORDER BY d.id DESC LIMIT $4`;
