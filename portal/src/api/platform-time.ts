/**
 * The platform's time, which is not always this browser's: clocks are off, and a demo lives in another year.
 * Every answer of the API tells it.
 */
let offsetMs = 0;

export function tellPlatformTime(header: string | null): void {
  const told = header === null ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(told)) offsetMs = told - Date.now();
}

/** Milliseconds since 1970 by the platform's clock. */
export const platformNow = (): number => Date.now() + offsetMs;
