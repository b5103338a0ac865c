/** Latencies in milliseconds, every one kept: 30 s at 20,000/s are five megabytes. */
export class Latencies {
  #values = new Float64Array(1 << 20);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = ms;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Nearest-rank percentiles, 0…100. */
  percentiles(wanted: readonly number[]): number[] {
    const sorted = this.#values.subarray(0, this.#count).toSorted();
    return wanted.map((p) => sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? 0);
  }
}
