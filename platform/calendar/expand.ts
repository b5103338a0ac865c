import { Worker } from 'node:worker_threads';
import { type CalendarSpan, type ExpandRequest, UnreadableCalendar } from '../../contracts/ical/expand.ts';
import type { Expansion } from './expand-worker.ts';

/** Bytes of a calendar's text: some 3,000 events. */
export const MAX_CALENDAR_BYTES = 900_000;
/** A large calendar takes 0.3 s; a rule that has no occurrences could search for ever. */
const WITHIN_MS = 10_000;
const MEMORY_MB = 192;

/**
 * Expands somebody else's calendar in a thread of its own: whatever it holds, it costs at most this much
 * time and memory, and nobody else waits. Rejects with UnreadableCalendar.
 */
export function expandApart(request: ExpandRequest): Promise<readonly CalendarSpan[]> {
  if (Buffer.byteLength(request.text) > MAX_CALENDAR_BYTES) {
    return Promise.reject(new UnreadableCalendar(`The calendar is larger than ${MAX_CALENDAR_BYTES} bytes.`));
  }
  const worker = new Worker(new URL('./expand-worker.ts', import.meta.url), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const answer = new Promise<readonly CalendarSpan[]>((done, fail) => {
    const tooMuch = (): void => fail(new UnreadableCalendar('The calendar takes too long to read.'));
    const timer = setTimeout(tooMuch, WITHIN_MS);
    worker.once('message', (expansion: Expansion) => {
      if ('spans' in expansion) done(expansion.spans);
      else fail(new UnreadableCalendar(expansion.unreadable));
    });
    // Out of memory; an exit without an answer comes after it.
    worker.once('error', tooMuch);
    worker.once('exit', () => {
      clearTimeout(timer);
      tooMuch();
    });
  });
  return answer.finally(() => worker.terminate());
}
