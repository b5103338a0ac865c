import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { StartError } from '../platform/start-error.ts';
import type { BridgeConfig } from './config.ts';
import { type Credential, credentialOf } from './credentials.ts';
import { announcedPrinters } from './discovery/mdns.ts';
import { announcedTargets, namedTargets, rangeTargets } from './discovery/targets.ts';
import { openPins, type Pins } from './ipp/pins.ts';
import { Limiter } from './limiter.ts';
import { Printer } from './printer.ts';
import { type BridgeStatus, statusOf, writeStatus } from './status.ts';
import { type Finding, type Look, lookAt, type Problem, placeOfTarget, type Target } from './target.ts';
import { Uplink } from './uplink/uplink.ts';

export interface BridgeDeps {
  readonly config: BridgeConfig;
  readonly credentials: readonly Credential[];
  /** PEM of the CA that signed the broker's certificate. */
  readonly brokerCa?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** 0..1. */
  readonly random: () => number;
  /** False: a look beside a bridge that runs, whose status it is. */
  readonly keepsStatus: boolean;
}

export interface Bridge {
  /** Discovers and polls by itself, until closed. */
  start(): void;
  /** Looks once at every place the configuration allows. */
  discover(): Promise<void>;
  /** Looks once at every place where a printer was found or expected. */
  poll(): Promise<void>;
  /** Resolves when the platform has everything that was read. */
  delivered(): Promise<void>;
  readonly printers: readonly Printer[];
  status(): BridgeStatus;
  close(): Promise<void>;
}

/** A place is looked at again and again once a printer was found there, or when the user named it. */
interface Place {
  readonly target: Target;
  problems: readonly Problem[];
  answered: boolean;
  timer?: NodeJS.Timeout;
}

const STATUS_EVERY_MS = 1000;

/** The agent on the customer's network. It asks nobody anything before `start`, `discover` or `poll`. */
export function buildBridge(deps: BridgeDeps): Bridge {
  const { folder } = deps.config;
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`The folder ${folder} cannot be written: ${why}`);
  }
  return new RunningBridge(deps);
}

class RunningBridge implements Bridge {
  readonly #deps: BridgeDeps;
  readonly #pins: Pins;
  readonly #limiter: Limiter;
  readonly #places = new Map<string, Place>();
  readonly #printers: Printer[] = [];
  readonly #looks = new Set<Promise<void>>();
  #started = false;
  #closed = false;
  #discoverTimer: NodeJS.Timeout | undefined;
  #statusTimer: NodeJS.Timeout | undefined;

  constructor(deps: BridgeDeps) {
    this.#deps = deps;
    this.#pins = openPins(join(deps.config.folder, 'certificates.json'));
    this.#limiter = new Limiter(deps.config.poll.parallel);
    for (const target of namedTargets(deps.config)) this.#placeOf(target);
  }

  get printers(): readonly Printer[] {
    return this.#printers;
  }

  start(): void {
    this.#started = true;
    void this.#discoverAgain();
  }

  async discover(): Promise<void> {
    const { config, log } = this.#deps;
    const listening = config.discover.mdns
      ? announcedPrinters(config.discover.mdnsSeconds, (error) => log.warn({ err: error }, 'mDNS'))
      : Promise.resolve([]);
    const asked = [...namedTargets(config), ...rangeTargets(config)];
    await Promise.all(asked.map((target) => this.#discoverAt(target)));
    const announced = announcedTargets(await listening, config);
    await Promise.all(announced.map((target) => this.#discoverAt(target)));
    this.#saveStatus();
  }

  async poll(): Promise<void> {
    await Promise.all([...this.#places.values()].map((place) => this.#look(place)));
    this.#saveStatus();
  }

  async delivered(): Promise<void> {
    await Promise.all(this.#printers.map((printer) => printer.uplink?.delivered()));
  }

  status(): BridgeStatus {
    const places = [...this.#places.values()].map(({ target, problems, answered }) => ({
      host: target.host,
      origin: target.origin,
      answered,
      problems,
    }));
    return statusOf(this.#printers, places, this.#deps.config.broker.url, this.#deps.clock.now());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#discoverTimer);
    for (const { timer } of this.#places.values()) clearTimeout(timer);
    await Promise.all(this.#looks);
    await Promise.all(this.#printers.map((printer) => printer.uplink?.close()));
    clearTimeout(this.#statusTimer);
    this.#saveStatus();
  }

  async #discoverAgain(): Promise<void> {
    const { config, log } = this.#deps;
    await this.discover().catch((error: unknown) => log.error({ err: error }, 'discovery failed'));
    if (this.#closed) return;
    this.#discoverTimer = setTimeout(() => void this.#discoverAgain(), config.discover.everySeconds * 1000);
  }

  #placeOf(target: Target): Place {
    const name = placeOfTarget(target);
    const place = this.#places.get(name) ?? { target, problems: [], answered: false };
    this.#places.set(name, place);
    return place;
  }

  /** Known places are polled anyway; an unknown one is kept if something answers there. */
  async #discoverAt(target: Target): Promise<void> {
    const known = this.#places.get(placeOfTarget(target));
    if (known?.answered === true || this.#closed) return;
    if (target.origin === 'host') return await this.#look(this.#placeOf(target));
    const look = await this.#limiter.run(() => this.#lookAt(target));
    if (look.findings.length > 0) this.#absorb(this.#placeOf(target), look);
  }

  #lookAt(target: Target): Promise<Look> {
    const { config, clock } = this.#deps;
    return lookAt(target, { config, pins: this.#pins, now: clock.now() });
  }

  #look(place: Place): Promise<void> {
    const { log } = this.#deps;
    const looking = this.#limiter
      .run(async () => {
        if (!this.#closed) this.#absorb(place, await this.#lookAt(place.target));
      })
      .catch((error: unknown) => log.error({ err: error, host: place.target.host }, 'a look failed'))
      .finally(() => this.#looks.delete(looking));
    this.#looks.add(looking);
    return looking;
  }

  #absorb(place: Place, look: Look): void {
    const answered = look.findings.length > 0;
    if (answered !== place.answered) {
      this.#deps.log.info(
        { host: look.target.host, via: look.findings.flatMap(({ via }) => via), problems: look.problems },
        answered ? 'answers' : 'silent',
      );
    }
    place.answered = answered;
    place.problems = look.problems;
    const name = placeOfTarget(look.target);
    for (const finding of look.findings) this.#assign(name, look, finding);
    this.#leave(name, look);
    if (this.#closed) return;
    this.#schedule(place);
    this.#saveStatusSoon();
  }

  #assign(place: string, look: Look, finding: Finding): void {
    const { config, clock } = this.#deps;
    const now = clock.now();
    const known = this.#printers.find((printer) => printer.is(finding.observation.identity, place));
    const printer = known ?? new Printer(place, finding, now);
    if (known === undefined) this.#printers.push(printer);
    if (!printer.places.includes(place)) printer.places.push(place);
    // Seen at two addresses, it still reports once.
    if (printer.places[0] !== place) return;
    this.#connect(printer, place);
    printer.take(finding, look.problems, now, config.poll.unchangedEverySeconds * 1000);
  }

  /** A printer that is not at a place any more (or silent there) is reported from its next place. */
  #leave(place: string, look: Look): void {
    for (const printer of this.#printers) {
      const here = look.findings.some(({ observation }) => printer.is(observation.identity, place));
      if (here || !printer.places.includes(place)) continue;
      printer.problems = look.problems;
      if (printer.places.length > 1) printer.places.splice(printer.places.indexOf(place), 1);
    }
  }

  #connect(printer: Printer, place: string): void {
    const { config, credentials, brokerCa, clock, log, random } = this.#deps;
    if (printer.uplink !== undefined) return;
    const credential = credentialOf(credentials, printer.identity, place);
    const taken = this.#printers.some((other) => other.credential === credential);
    if (credential === undefined || taken) return;
    const { deviceId, secret } = credential;
    printer.credential = credential;
    printer.uplink = new Uplink({
      client: {
        url: config.broker.url,
        deviceId,
        secret,
        random,
        ...(brokerCa === undefined ? {} : { ca: brokerCa }),
      },
      file: join(config.folder, 'buffer', `${deviceId}.jsonl`),
      limits: config.buffer,
      historicalAfterMs: config.buffer.historicalAfterSeconds * 1000,
      clock,
      log,
    });
  }

  #schedule(place: Place): void {
    if (!this.#started) return;
    const { everySeconds, jitter } = this.#deps.config.poll;
    const pause = everySeconds * 1000 * (1 + jitter * (2 * this.#deps.random() - 1));
    clearTimeout(place.timer);
    place.timer = setTimeout(() => void this.#look(place), pause);
  }

  #saveStatusSoon(): void {
    this.#statusTimer ??= setTimeout(() => this.#saveStatus(), STATUS_EVERY_MS).unref();
  }

  #saveStatus(): void {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = undefined;
    if (!this.#deps.keepsStatus) return;
    try {
      writeStatus(this.#deps.config.folder, this.status());
    } catch (error) {
      this.#deps.log.error({ err: error }, 'the status cannot be written');
    }
  }
}
