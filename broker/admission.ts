import type { Socket } from 'node:net';
import type { Metrics } from '../platform/metrics.ts';
import { KeyedLimiter } from './rate-limit.ts';

/** Addresses remembered for their failures. */
const MAX_ADDRESSES = 20_000;

export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly failuresPerMinute: number;
}

/**
 * The door: how many may be inside, and whom it stays closed to for a while. Only attempts that failed
 * count against an address: a whole office behind one address may come back after a power cut.
 */
export class Door {
  readonly #limits: AdmissionLimits;
  readonly #metrics: Metrics;
  readonly #failures: KeyedLimiter;
  readonly #inside = new Set<Socket>();
  #closed = false;

  constructor(limits: AdmissionLimits, metrics: Metrics) {
    this.#limits = limits;
    this.#metrics = metrics;
    this.#failures = new KeyedLimiter(limits.failuresPerMinute, MAX_ADDRESSES);
  }

  /** Lets a TCP connection in, or closes it at once: before any handshake, so that refusing is cheap. */
  readonly mayEnter = (socket: Socket): boolean => {
    const reason = this.#whyNot(socket);
    if (reason === null) {
      this.#inside.add(socket);
      socket.once('close', () => this.#inside.delete(socket));
      return true;
    }
    this.#metrics.connectionsRefused.inc({ reason });
    // Nobody else listens to a connection that goes no further.
    socket.on('error', () => undefined);
    socket.destroy();
    return false;
  };

  /** An attempt of this address failed. */
  failed(address: string): void {
    this.#failures.allow(address, performance.now());
  }

  /** Nobody comes in any more. */
  close(): void {
    this.#closed = true;
  }

  /** Also who is still in a handshake. */
  clear(): void {
    for (const socket of this.#inside) socket.destroy();
  }

  #whyNot(socket: Socket): string | null {
    if (this.#closed) return 'closing';
    if (this.#inside.size >= this.#limits.maxConnections) return 'full';
    return this.#failures.isOver(socket.remoteAddress ?? 'unknown', performance.now()) ? 'too-often' : null;
  }
}
