/** A device's own record of what it sent: the truth that the platform's tables are checked against. */
export class DeviceBook {
  /** `at seq` of messages whose readings are valid. */
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();
  /** `at seq type` of events. */
  readonly events = new Set<string>();
  readonly acknowledgedEvents = new Set<string>();
  /** Refusals that this device's misdeeds must have caused, by reason. */
  readonly misdeeds = new Map<string, number>();

  expectRefusal(reason: string, count: number): void {
    this.misdeeds.set(reason, (this.misdeeds.get(reason) ?? 0) + count);
  }
}

export const messageKey = (at: string, seq: number): string => `${Date.parse(at)} ${seq}`;
