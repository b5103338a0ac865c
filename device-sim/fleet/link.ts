import type { PublishKind, Telemetry } from '../../contracts/mqtt.ts';

/** A device's way to the platform, as the simulated world sees it: its own connection, or a bridge. */
export interface Link {
  /** Connects, says "online" and listens for commands. */
  open(): Promise<void>;
  /** The message with the sequence number under which it will be stored. */
  stamp(telemetry: Telemetry): Telemetry;
  /** Resolves when the platform has acknowledged. */
  publish(kind: PublishKind, payload: string): Promise<void>;
  /** Tries to publish to any topic; false when the platform broke the connection instead. */
  trespass(topic: string, payload: string): Promise<boolean>;
  /** Says "offline" and leaves in order. */
  close(): Promise<void>;
  /** Pulls the plug: the platform hears it from the will. */
  drop(): Promise<void>;
}
