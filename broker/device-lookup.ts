import { needsTelemetryConsent } from '../core/jurisdictions.ts';
import { FOR_EVER, type TelemetryConsent, telemetryUntil } from '../core/telemetry-consent.ts';
import type { Pool } from '../platform/database.ts';
import type { Device, Slot } from './device.ts';

/** Devices of one query: 10,000 that reconnect at once need 20 queries, not 10,000. */
const MAX_BATCH = 500;
/** Connections waiting for their look-up; more are turned away and come back. */
const MAX_WAITING = 20_000;
/** A handshake that takes longer is of no use to the device. */
const ANSWER_WITHIN_MS = 10_000;

export type DeviceKey = { readonly id: string } | { readonly fingerprint: string };

interface DeviceRow {
  readonly id: string;
  readonly secret_hash: Buffer | null;
  readonly certificate_fingerprint: string | null;
  readonly revoked: boolean;
  readonly slots: readonly (readonly [string, string, string | null, number | null, string | null])[] | null;
  /** Consumable or null, granted, valid until, withdrawn: ms. */
  readonly consents: readonly (readonly [string | null, number, number | null, number | null])[] | null;
  /** The customer's; null: nobody owns the device. */
  readonly jurisdiction: string | null;
}

const SELECT = `
  SELECT d.id, d.secret_hash, d.certificate_fingerprint, d.revoked_at IS NOT NULL AS revoked, slots.slots,
    consents.consents, cu.jurisdiction
  FROM device d LEFT JOIN customer cu ON cu.id = d.customer_id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(c.key, c.id, s.unit, s.capacity, s.counter_key)) AS slots
    FROM consumable c JOIN model_slot s ON s.device_model_id = c.device_model_id AND s.key = c.key
    WHERE c.device_id = d.id
  ) slots ON true
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(k.consumable_id, extract(epoch FROM k.granted_at) * 1000,
      extract(epoch FROM k.valid_until) * 1000, extract(epoch FROM w.withdrawn_at) * 1000)) AS consents
    FROM consent k LEFT JOIN consent_withdrawal w ON w.consent_id = k.id
    WHERE k.customer_id = d.customer_id AND k.purpose = 'telemetry' AND (k.device_id IS NULL OR k.device_id = d.id)
      AND (k.consumable_id IS NULL OR k.consumable_id IN (SELECT id FROM consumable WHERE device_id = d.id))
  ) consents ON true
  WHERE d.id = ANY ($1::uuid[]) OR d.certificate_fingerprint = ANY ($2::text[])`;

interface Waiting {
  readonly key: DeviceKey;
  readonly found: (device: Device | null) => void;
  readonly failed: (error: Error) => void;
  /** Heard while the query ran that the device changed: what it read may be older than that. */
  stale: boolean;
}

/** Looks devices up with their consumables, many connections in one query, one query at a time. */
export class DeviceLookup {
  readonly #pool: Pool;
  #waiting: Waiting[] = [];
  #inFlight: readonly Waiting[] = [];
  #running = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** null: there is no such device. Rejects when the database does not answer. */
  find(key: DeviceKey): Promise<Device | null> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new Error('too many look-ups waiting'));
    const device = new Promise<Device | null>((found, failed) => {
      this.#waiting.push({ key, found, failed, stale: false });
    });
    if (!this.#running) {
      this.#running = true;
      setImmediate(() => void this.#run());
    }
    return device;
  }

  /** A device changed (null: any may have): look-ups under way are done again. */
  markStale(deviceId: string | null): void {
    for (const waiting of this.#inFlight) {
      if (deviceId === null || !('id' in waiting.key) || waiting.key.id === deviceId) waiting.stale = true;
    }
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      this.#inFlight = batch;
      try {
        this.#answer(batch, await this.#query(batch));
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        for (const { failed } of batch) failed(cause);
      }
      this.#inFlight = [];
    }
    this.#running = false;
  }

  #answer(batch: readonly Waiting[], devices: readonly Device[]): void {
    const byKey = new Map<string, Device>();
    for (const device of devices) {
      byKey.set(device.id, device);
      if (device.certificateFingerprint !== null) byKey.set(device.certificateFingerprint, device);
    }
    for (const waiting of batch) {
      if (waiting.stale) this.#waiting.push({ ...waiting, stale: false });
      else waiting.found(byKey.get(keyText(waiting.key)) ?? null);
    }
  }

  async #query(batch: readonly Waiting[]): Promise<readonly Device[]> {
    const ids = batch.flatMap(({ key }) => ('id' in key ? [key.id] : []));
    const fingerprints = batch.flatMap(({ key }) => ('fingerprint' in key ? [key.fingerprint] : []));
    const { rows } = await withinTime(
      this.#pool.query<DeviceRow>({ name: 'find-devices', text: SELECT, values: [ids, fingerprints] }),
    );
    return rows.map(toDevice);
  }
}

const keyText = (key: DeviceKey): string => ('id' in key ? key.id : key.fingerprint);

function withinTime<Result>(work: Promise<Result>): Promise<Result> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error('the database did not answer in time')), ANSWER_WITHIN_MS);
    work.then(done, fail).finally(() => clearTimeout(timer));
  });
}

function toDevice(row: DeviceRow): Device {
  const allowedUntil = allowanceOf(row);
  return {
    id: row.id,
    secretHash: row.secret_hash,
    certificateFingerprint: row.certificate_fingerprint,
    revoked: row.revoked,
    slots: new Map(
      (row.slots ?? []).map(([key, consumableId, unit, capacity, counterKey]): [string, Slot] => [
        key,
        { consumableId, unit, capacity, counterKey, telemetryUntil: allowedUntil(consumableId) },
      ]),
    ),
  };
}

/** A device that nobody owns is nobody's personal data: the maker's test bench, the shop's shelf. */
function allowanceOf({ consents, jurisdiction }: DeviceRow): (consumableId: string) => number {
  if (jurisdiction === null) return () => FOR_EVER;
  const withoutConsent = !needsTelemetryConsent(jurisdiction);
  const given = (consents ?? []).map(
    ([consumableId, grantedAt, validUntil, withdrawnAt]): TelemetryConsent => ({
      consumableId,
      grantedAt,
      validUntil,
      withdrawnAt,
    }),
  );
  return (consumableId) => telemetryUntil(given, consumableId, withoutConsent);
}
