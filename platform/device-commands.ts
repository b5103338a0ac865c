import type { DeviceCommand } from '../contracts/mqtt.ts';
import type { Queryable } from './order-store.ts';

export interface NewCommand {
  readonly deviceId: string;
  readonly command: DeviceCommand;
  readonly at: number;
  readonly expiresAt: number;
}

const INSERT = `
  INSERT INTO device_command (device_id, type, payload, created_at, expires_at)
  SELECT device_id, payload ->> 'type', payload, created_at, expires_at
  FROM unnest($1::uuid[], $2::jsonb[], $3::timestamptz[], $4::timestamptz[])
    AS given (device_id, payload, created_at, expires_at)
  RETURNING id`;

/** Keeps commands for their devices; whichever broker has the device delivers them. Answers their ids. */
export async function enqueueCommands(db: Queryable, commands: readonly NewCommand[]): Promise<number[]> {
  if (commands.length === 0) return [];
  const { rows } = await db.query<{ id: number }>(INSERT, [
    commands.map(({ deviceId }) => deviceId),
    commands.map(({ command }) => JSON.stringify(command)),
    commands.map(({ at }) => new Date(at)),
    commands.map(({ expiresAt }) => new Date(expiresAt)),
  ]);
  return rows.map(({ id }) => id);
}
