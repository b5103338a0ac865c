/**
 * Where the parcels of a device arrive, whose days therefore count: where it stands, else at the customer's address,
 * else where the newest terms in force for it have them sent. Of one place all, never a region of another's country.
 *
 * To be joined where `d` is the device and `cu` its customer. Gives `site` (its own address) and `place`: time_zone,
 * country (null: nobody said), region.
 */
export const DELIVERY_PLACE = `
  LEFT JOIN address site ON site.id = d.address_id
  LEFT JOIN LATERAL (
    SELECT t.delivery_address AS address FROM consent k
    CROSS JOIN LATERAL (SELECT delivery_address FROM mandate WHERE consent_id = k.id LIMIT 1) t
    WHERE site.id IS NULL AND cu.delivery_address ->> 'country' IS NULL AND t.delivery_address ->> 'country' IS NOT NULL
      AND k.customer_id = cu.id AND k.purpose = 'automatic-order' AND (k.device_id IS NULL OR k.device_id = d.id)
      AND (k.consumable_id IS NULL OR k.consumable_id IN (SELECT own.id FROM consumable own WHERE own.device_id = d.id))
      AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)
    ORDER BY k.granted_at DESC, k.id DESC LIMIT 1
  ) agreed ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(site.time_zone, cu.time_zone) AS time_zone, coalesce(site.country, said.address ->> 'country') AS country,
      CASE WHEN site.id IS NULL THEN said.address ->> 'region' ELSE site.region END AS region
    FROM (SELECT coalesce(agreed.address, cu.delivery_address) AS address) said
  ) place`;
