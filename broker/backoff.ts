/** Exponential pauses between attempts, with jitter so that many brokers do not return in step. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #attempt = 0;
  #aborted = false;
  #wake: (() => void) | null = null;

  constructor({ firstMs, maxMs }: { readonly firstMs: number; readonly maxMs: number }) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  reset(): void {
    this.#attempt = 0;
  }

  /** No attempt follows: ends a pause that is under way. */
  abort(): void {
    this.#aborted = true;
    this.#wake?.();
  }

  wait(): Promise<void> {
    const full = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#attempt);
    this.#attempt += 1;
    if (this.#aborted) return Promise.resolve();
    return new Promise((done) => {
      const timer = setTimeout(done, full * (0.5 + Math.random() / 2));
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
