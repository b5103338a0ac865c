import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a child under measurement tells of itself. */
export interface Usage {
  /** CPU time since it started, seconds. */
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

interface Ready {
  readonly ports: Readonly<Record<string, number>>;
}

/** A server in a process of its own: the generator must not share its event loop. */
export class BenchChild implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly ready: Ready;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.ready = ready;
  }

  static async start(script: string, env: Readonly<Record<string, string>> = {}): Promise<BenchChild> {
    const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
    const child = fork(path, { env: { ...process.env, ...env }, execArgv: [] });
    const [ready] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${script} did not start`))),
    ])) as [Ready];
    return new BenchChild(child, ready);
  }

  async usage(): Promise<Usage> {
    const answer = once(this.#child, 'message');
    this.#child.send('usage');
    const [usage] = (await answer) as [Usage];
    return usage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.send('close');
    await gone;
  }
}

/** The child's side: answers `usage`, and ends after `close`. */
export function serveBench(ready: Ready, close: () => Promise<void>): void {
  process.on('message', (message) => {
    if (message === 'usage') tell();
    else if (message === 'close') void close().then(() => process.exit(0));
  });
  process.on('disconnect', () => process.exit(1));
  process.send?.(ready);
}

function tell(): void {
  const { user, system } = process.cpuUsage();
  const usage: Usage = {
    cpuSeconds: (user + system) / 1e6,
    rssMb: process.memoryUsage.rss() / 1_048_576,
  };
  process.send?.(usage);
}
