/** At most `limit` jobs at once, the others in the order they came. */
export class Limiter {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#limit) await new Promise<void>((next) => this.#waiting.push(next));
    else this.#running++;
    try {
      return await job();
    } finally {
      // The place is handed on, so that nobody who comes now overtakes.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
