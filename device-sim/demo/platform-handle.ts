import type { Database } from '../../platform/database.ts';

/** The platform as the simulation sees it: its doors, and the database for checking the books. */
export interface PlatformHandle {
  readonly database: Database;
  readonly mqttPort: number;
  readonly httpUrl: string;
  readonly apiToken: string;
  /** Lets the platform do everything that is due at the clock's now. */
  readonly drain: () => Promise<void>;
}
