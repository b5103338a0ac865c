import type { Protocol } from './config.ts';
import type { Problem, Target } from './target.ts';

/** A protocol that a printer did not answer by, while it answered by the other. */
export interface Silence {
  /** Looks in a row. */
  readonly looks: number;
  readonly askAgainAt: number;
  readonly problem: Problem;
}

/** One silent look may be a lost datagram. */
const LOOKS_TO_BELIEVE = 2;
/** SNMP may be switched on any day; more than a day's delay would look like a fault. */
const LONGEST_PAUSE_MS = 86_400_000;
/** Doublings beyond this exceed the longest pause anyway. */
const MAX_DOUBLINGS = 16;

const SILENT_CODES = ['snmp-silent', 'unreachable', 'out-of-time'];
export const isSilence = ({ code }: Problem): boolean => SILENT_CODES.includes(code);

/** Why a protocol is passed over in this look; null: it is asked. */
export function passedOver(target: Target, protocol: Protocol, now: number): Problem | null {
  const silence = target.silences.get(protocol);
  if (silence === undefined || silence.looks < LOOKS_TO_BELIEVE || now >= silence.askAgainAt) return null;
  const minutes = Math.ceil((silence.askAgainAt - now) / 60_000);
  return { code: silence.problem.code, detail: `${silence.problem.detail}; asked again in ${minutes} min` };
}

/** Notes a silent look beside an answer by another protocol: the next question waits, each time twice as long. */
export function noteSilence(
  target: Target,
  protocol: Protocol,
  problem: Problem,
  { now, firstPauseMs }: { readonly now: number; readonly firstPauseMs: number },
): void {
  const looks = (target.silences.get(protocol)?.looks ?? 0) + 1;
  const doublings = Math.min(Math.max(looks - LOOKS_TO_BELIEVE, 0), MAX_DOUBLINGS);
  const pause = Math.min(firstPauseMs * 2 ** doublings, LONGEST_PAUSE_MS);
  target.silences.set(protocol, { looks, askAgainAt: now + pause, problem });
}
