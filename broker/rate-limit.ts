/**
 * A bucket that refills at `perSecond` up to `burst`. It may go into debt, because a socket read delivers
 * many messages at once: the caller then reads no more until the debt is paid.
 * Instants are milliseconds of a monotonic timer.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #maxDebt: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number, maxDebt = Number.POSITIVE_INFINITY) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#maxDebt = maxDebt;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes tokens; returns the milliseconds until the bucket is out of debt, 0 if it is. */
  take(count: number, now: number): number {
    this.#refill(now);
    this.#tokens = Math.max(-this.#maxDebt, this.#tokens - count);
    return this.waitMs(now);
  }

  waitMs(now: number): number {
    this.#refill(now);
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#perSecond) * 1000);
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
  }
}

/** At most `perMinute` of each key, for the `maxKeys` keys seen last: memory does not grow with attackers. */
export class KeyedLimiter {
  readonly #perMinute: number;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(perMinute: number, maxKeys: number) {
    this.#perMinute = perMinute;
    this.#maxKeys = maxKeys;
  }

  /** Counts one of `key`; false when it is over its limit. */
  allow(key: string, now: number): boolean {
    return this.#bucket(key, now).take(1, now) === 0;
  }

  /** Whether `key` is over its limit, without counting. */
  isOver(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key);
    return bucket !== undefined && bucket.waitMs(now) > 0;
  }

  #bucket(key: string, now: number): TokenBucket {
    // A refused attempt costs a token too, but whoever calms down is back in a minute.
    const bucket =
      this.#buckets.get(key) ?? new TokenBucket(this.#perMinute / 60, this.#perMinute, now, this.#perMinute);
    // Re-inserted: the first key of a Map is the one inserted longest ago.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#maxKeys) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
