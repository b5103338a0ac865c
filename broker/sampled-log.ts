import type { Log } from '../platform/log.ts';

/** Lines in a window; a fuzzer provokes twenty errors a connection. */
const MAX_LINES = 10;
const WINDOW_MS = 10_000;

/** Logs the first few of a kind in each window and counts the others. */
export class SampledLog {
  readonly #log: Log;
  #windowEnds = 0;
  #seen = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  info(detail: object, message: string): void {
    const now = performance.now();
    if (now >= this.#windowEnds) {
      if (this.#seen > MAX_LINES) {
        this.#log.info({ suppressed: this.#seen - MAX_LINES }, 'more lines like the last ones');
      }
      this.#windowEnds = now + WINDOW_MS;
      this.#seen = 0;
    }
    this.#seen += 1;
    if (this.#seen <= MAX_LINES) this.#log.info(detail, message);
  }
}
