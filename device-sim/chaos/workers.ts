import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Instant } from '../../core/types.ts';
import type { ClockMessage, PacedClock } from './pace.ts';

const PROCESS = fileURLToPath(new URL('../../chaos-process.ts', import.meta.url));
/** As a container is restarted. */
const RESPAWN_MS = 50;
const RESPAWN_FAILED_MS = 500;
const STOP_WITHIN_MS = 20_000;

export type Role = 'rules' | 'broker' | 'api';

export interface WorkersOptions {
  readonly databaseUrl: string;
  /** The run's own, which is told the time with the others. */
  readonly clock: PacedClock;
  /** Settings of every process; those of a role win. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ofRole: Readonly<Record<Role, Readonly<Record<string, string>>>>;
}

const workerMessage = z.union([z.object({ ready: z.literal(true) }), z.object({ failed: z.string() })]);

interface Worker {
  readonly name: string;
  readonly role: Role;
  child: ChildProcess;
  isReady: boolean;
  /** What ends it is ours. */
  meant: boolean;
  wanted: boolean;
}

/** The platform as separate processes, each started again when it ends, as an orchestrator would. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #workers = new Map<string, Worker>();
  #at: Instant;
  #frozen = false;
  readonly #skews = new Map<string, number>();
  #numbers = 0;
  /** Processes that ended by themselves after they had started. */
  readonly crashes: string[] = [];
  /** Starts that failed, by reason: a database that is away. */
  readonly failedStarts = new Map<string, number>();
  kills = 0;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#at = options.clock.now();
  }

  /** Starts one and waits until it works. */
  async start(role: Role): Promise<string> {
    this.#numbers += 1;
    const name = `${role}-${this.#numbers}`;
    const worker: Worker = {
      name,
      role,
      child: this.#fork(name, role),
      isReady: false,
      meant: false,
      wanted: true,
    };
    this.#workers.set(name, worker);
    this.#watch(worker);
    await this.ready(name);
    return name;
  }

  namesOf(role: Role): string[] {
    return [...this.#workers.values()]
      .filter((one) => one.role === role && one.wanted)
      .map(({ name }) => name);
  }

  pidOf(name: string): number | undefined {
    return this.#workers.get(name)?.child.pid;
  }

  isUp(name: string): boolean {
    return this.#workers.get(name)?.isReady === true;
  }

  async ready(name: string): Promise<void> {
    while (this.#workers.get(name)?.isReady === false) await wait(10);
  }

  async allReady(): Promise<void> {
    for (const name of this.#workers.keys()) await this.ready(name);
  }

  /** Kill -9; another takes its place. False when it is just starting. */
  kill(name: string): boolean {
    const worker = this.#workers.get(name);
    if (worker?.isReady !== true) return false;
    worker.isReady = false;
    worker.meant = true;
    this.kills += 1;
    worker.child.kill('SIGKILL');
    return true;
  }

  /** Time moves on by so much, for everybody. */
  advance(ms: number): void {
    this.#at += ms;
    this.#tellAll();
  }

  /** Time stands still for everybody, right where it is; returns when that is. */
  freeze(): Instant {
    this.#at = this.#options.clock.now();
    this.#frozen = true;
    this.#skews.clear();
    this.#tellAll();
    return this.#at;
  }

  /** The clock of one process is wrong from now on by so much. */
  skew(name: string, skewMs: number): void {
    this.#skews.set(name, skewMs);
    this.#tell(name);
  }

  #timeOf(name: string): ClockMessage {
    return { at: this.#at, skewMs: this.#skews.get(name) ?? 0, frozen: this.#frozen };
  }

  #tell(name: string): void {
    const child = this.#workers.get(name)?.child;
    if (child?.connected === true) child.send(this.#timeOf(name), () => undefined);
  }

  #tellAll(): void {
    this.#options.clock.tell({ at: this.#at, skewMs: 0, frozen: this.#frozen });
    for (const name of this.#workers.keys()) this.#tell(name);
  }

  /** Ends one in order and does not replace it. */
  async retire(name: string): Promise<void> {
    const worker = this.#workers.get(name);
    if (worker === undefined) return;
    worker.wanted = false;
    worker.meant = true;
    const { child } = worker;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await gone;
      clearTimeout(late);
    }
    this.#workers.delete(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers.keys()].map((name) => this.retire(name)));
  }

  #fork(name: string, role: Role): ChildProcess {
    const { databaseUrl, environment, ofRole } = this.#options;
    const url = new URL(databaseUrl);
    // So that the database tells whose connection is whose.
    url.searchParams.set('application_name', name);
    return fork(PROCESS, {
      execArgv: [],
      // What libraries print of cut connections would bury the report; LOG_LEVEL asks for it.
      stdio: ['ignore', 'ignore', process.env['LOG_LEVEL'] === undefined ? 'ignore' : 'inherit', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        // Half of a start is compiling; the killed ones start again by the dozen.
        NODE_COMPILE_CACHE: join(tmpdir(), 'neverout-chaos-compiled'),
        ...environment,
        ...ofRole[role],
        NEVEROUT_ROLES: role,
        DATABASE_URL: url.href,
        CHAOS_TIME: JSON.stringify(this.#timeOf(name)),
      },
    });
  }

  #watch(worker: Worker): void {
    const { child } = worker;
    // What time it is, before it does anything.
    this.#tell(worker.name);
    child.on('message', (message) => {
      const told = workerMessage.safeParse(message).data;
      if (told === undefined) return;
      if ('failed' in told) {
        this.failedStarts.set(told.failed, (this.failedStarts.get(told.failed) ?? 0) + 1);
        return;
      }
      this.skew(worker.name, 0);
      worker.isReady = true;
    });
    child.once('exit', (code, signal) => {
      const crashed = worker.isReady && !worker.meant;
      if (crashed) this.crashes.push(`${worker.name} ended by itself (${code ?? signal})`);
      const failed = !worker.meant;
      worker.isReady = false;
      if (!worker.wanted) return;
      setTimeout(
        () => {
          if (!worker.wanted) return;
          worker.meant = false;
          worker.child = this.#fork(worker.name, worker.role);
          this.#watch(worker);
        },
        failed ? RESPAWN_FAILED_MS : RESPAWN_MS,
      );
    });
  }
}
