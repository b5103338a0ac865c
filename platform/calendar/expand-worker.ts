import { parentPort, workerData } from 'node:worker_threads';
import { type ExpandRequest, expandCalendar, UnreadableCalendar } from '../../contracts/ical/expand.ts';

/** What the thread answers. */
export type Expansion =
  | { readonly spans: ReturnType<typeof expandCalendar> }
  | { readonly unreadable: string };

function expand(request: ExpandRequest): Expansion {
  try {
    return { spans: expandCalendar(request) };
  } catch (error) {
    if (error instanceof UnreadableCalendar) return { unreadable: error.message };
    return { unreadable: 'The calendar cannot be read.' };
  }
}

parentPort?.postMessage(expand(workerData as ExpandRequest));
