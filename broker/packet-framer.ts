export type FramingFault = 'too-large' | 'malformed';

/** A remaining length has at most four bytes [MQTT-2.2.3]. */
const MAX_LENGTH_BYTES = 4;

const PUBLISH = 3;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
/** Identifier, then at least one filter of at least one character [MQTT-3.8.3-3, 3.10.3-2]. */
const SHORTEST_BODY: Readonly<Record<number, number>> = { [SUBSCRIBE]: 6, [UNSUBSCRIBE]: 5 };

/**
 * Follows the packet boundaries of one connection without keeping a byte, so that a packet over the limit
 * is refused by its announced length, before any of it is buffered. It also refuses what the parser behind
 * it lets through: SUBSCRIBE without filters, and DUP on QoS 0 [MQTT-3.3.1-2].
 */
export class PacketFramer {
  readonly #maxBytes: number;
  #step: 'header' | 'length' | 'body' = 'header';
  #header = 0;
  #length = 0;
  #lengthBytes = 0;
  #bodyLeft = 0;
  #begun = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a packet has begun and is not complete. */
  get midPacket(): boolean {
    return this.#step !== 'header';
  }

  /** Packets begun since this was last asked. */
  takeBegun(): number {
    const begun = this.#begun;
    this.#begun = 0;
    return begun;
  }

  /** Follows one chunk as read from the socket. After a fault the connection is to be closed. */
  follow(chunk: Uint8Array): FramingFault | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#step === 'body') {
        const taken = Math.min(this.#bodyLeft, chunk.length - at);
        at += taken;
        this.#bodyLeft -= taken;
        if (this.#bodyLeft === 0) this.#step = 'header';
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      if (this.#step === 'header') this.#begin(byte);
      else {
        const fault = this.#takeLength(byte);
        if (fault !== null) return fault;
      }
    }
    return null;
  }

  #begin(byte: number): void {
    this.#begun += 1;
    this.#header = byte;
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#step = 'length';
  }

  #takeLength(byte: number): FramingFault | null {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if (byte >= 0x80) return this.#lengthBytes === MAX_LENGTH_BYTES ? 'malformed' : null;
    if (1 + this.#lengthBytes + this.#length > this.#maxBytes) return 'too-large';
    if (this.#isMalformed()) return 'malformed';
    this.#bodyLeft = this.#length;
    this.#step = this.#length === 0 ? 'header' : 'body';
    return null;
  }

  #isMalformed(): boolean {
    const type = this.#header >> 4;
    if (type === PUBLISH && (this.#header & 0x0e) === 0x08) return true;
    return this.#length < (SHORTEST_BODY[type] ?? 0);
  }
}
