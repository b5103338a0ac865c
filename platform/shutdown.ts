import type { Log } from './log.ts';

interface Resource {
  readonly name: string;
  readonly close: () => Promise<unknown> | undefined;
}

/** What was opened, closed in the opposite order; a resource that fails to close does not keep the rest open. */
export class Shutdown {
  readonly #resources: Resource[] = [];
  readonly #log: Log;
  #closing: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: string, close: Resource['close']): void {
    this.#resources.push({ name, close });
  }

  /** Closes everything once, however often it is called. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#resources.toReversed()) {
      try {
        await close();
        this.#log.debug({ resource: name }, 'closed');
      } catch (error) {
        this.#log.error({ err: error, resource: name }, 'could not close');
      }
    }
  }
}
