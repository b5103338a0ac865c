import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/database.ts';

/** A command that waits for its device. */
export interface WaitingCommand {
  readonly id: number;
  readonly deviceId: string;
  readonly payload: object;
  /** Whether it was written to a connection before. */
  readonly wasSent: boolean;
}

/** Commands that a device may have unacknowledged: a display shows the last few anyway. */
export const MAX_IN_FLIGHT = 20;

/** Taken and marked in one: what is sent again later is known to be a repetition. */
const TAKE = `
  WITH taken AS (
    UPDATE device_command SET sent_at = $2 WHERE id IN (
      SELECT waiting.id FROM unnest($1::uuid[]) AS device(id) CROSS JOIN LATERAL (
        SELECT id FROM device_command WHERE device_id = device.id AND delivered_at IS NULL AND expires_at > $2
        ORDER BY id LIMIT ${MAX_IN_FLIGHT}
      ) waiting
    ) RETURNING id, device_id, payload, OLD.sent_at
  )
  SELECT id, device_id AS "deviceId", payload, sent_at IS NOT NULL AS "wasSent" FROM taken ORDER BY id`;
const MARK = `UPDATE device_command SET delivered_at = $2 WHERE id = ANY ($1::bigint[]) AND delivered_at IS NULL`;

export async function takeCommands(
  pool: Pool,
  clock: Clock,
  deviceIds: readonly string[],
): Promise<readonly WaitingCommand[]> {
  const { rows } = await pool.query<WaitingCommand>(TAKE, [deviceIds, new Date(clock.now())]);
  return rows;
}

export async function markDelivered(pool: Pool, clock: Clock, ids: readonly number[]): Promise<void> {
  await pool.query(MARK, [ids, new Date(clock.now())]);
}
