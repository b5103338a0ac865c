import type { ServerResponse } from 'node:http';
import type { LiveTopic } from '../../contracts/http/live.ts';

/** Changes within this time are told together: a batch of evaluations is many statements. */
const GATHER_MS = 250;
/** A reader that leaves this much unread is gone or hopelessly slow; it connects again and reads everything. */
const MAX_UNREAD_BYTES = 32_768;

/** One open stream of server-sent events. It keeps no backlog: at most one name of each topic. */
export class LiveStream {
  readonly #response: ServerResponse;
  readonly #pending = new Set<LiveTopic>();
  #timer: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    // How long the browser waits before it connects again.
    response.write('retry: 2000\n\n');
  }

  tell(topics: Iterable<LiveTopic>): void {
    for (const topic of topics) this.#pending.add(topic);
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS).unref();
  }

  /** A comment, so that proxies and browsers know that the connection lives. */
  beat(): void {
    this.#write(':\n\n');
  }

  /** For ever: the client is told not to come back with this session. */
  bye(): void {
    this.#write('event: bye\ndata: {}\n\n');
    this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#response.end();
  }

  #flush(): void {
    this.#timer = undefined;
    const topics = [...this.#pending];
    this.#pending.clear();
    this.#write(`event: change\ndata: ${JSON.stringify({ topics })}\n\n`);
  }

  #write(text: string): void {
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.#response.destroy();
    else if (!this.#response.writableEnded) this.#response.write(text);
  }
}
