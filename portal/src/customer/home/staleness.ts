import { platformNow } from '../../api/platform-time.ts';

/** STALE_AFTER_DAYS of a fresh installation: an older reading orders nothing by itself, and is shown as old. */
const STALE_AFTER_MS = 14 * 86_400_000;

export const isStale = (levelAt: string | null): boolean =>
  levelAt !== null && platformNow() - Date.parse(levelAt) > STALE_AFTER_MS;
