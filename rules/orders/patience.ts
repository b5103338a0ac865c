/**
 * How long a call to a merchant may take before the sweep asks for it again: longer than the call's own
 * time-out, so that only a process that died is stepped in for.
 */
export const CALL_PATIENCE_MS = 120_000;
