import { samePrinter } from '../contracts/printer/merge.ts';
import type { PrinterIdentity, PrinterObservation } from '../contracts/printer/observation.ts';
import type { Credential } from './credentials.ts';
import { contentOf, happenings, telemetryOf } from './report.ts';
import type { Finding, Problem } from './target.ts';
import type { Uplink } from './uplink/uplink.ts';

/** One printer, by whatever places and protocols it is read. */
export class Printer {
  observation: PrinterObservation;
  /** Places where it was seen; the first is the one that reports. */
  readonly places: string[];
  via: Finding['via'];
  problems: readonly Problem[] = [];
  seenAt: number;
  credential: Credential | undefined;
  uplink: Uplink | undefined;
  #lastSeq = -1;
  #reported: { at: number; content: string } | null = null;
  #confirm = false;

  constructor(place: string, { observation, via }: Finding, now: number) {
    this.places = [place];
    this.observation = observation;
    this.via = via;
    this.seenAt = now;
  }

  get identity(): PrinterIdentity {
    return this.observation.identity;
  }

  /** By serial number, UUID or network address; one that tells none of them is known by its place. */
  is(identity: PrinterIdentity, place: string): boolean {
    if (samePrinter(this.identity, identity)) return true;
    const differ = (a: string | undefined, b: string | undefined): boolean =>
      a !== undefined && b !== undefined && a.toLowerCase() !== b.toLowerCase();
    return (
      this.places.includes(place) &&
      !differ(this.identity.serial, identity.serial) &&
      !differ(this.identity.uuid, identity.uuid) &&
      !differ(this.identity.mac, identity.mac) &&
      !differ(this.identity.model, identity.model)
    );
  }

  /**
   * Takes a new look in and reports it, if it is worth it: a change, the look after a change (for one
   * reading alone proves nothing), or `unchangedEveryMs` without a report.
   */
  take(
    { observation, via }: Finding,
    problems: readonly Problem[],
    now: number,
    unchangedEveryMs: number,
  ): void {
    const before = this.observation;
    this.observation = { ...observation, identity: { ...this.identity, ...observation.identity } };
    this.via = via;
    this.problems = problems;
    this.seenAt = now;
    const { credential, uplink } = this;
    if (credential === undefined || uplink === undefined) return;
    const keys = new Set(credential.keys);
    for (const happening of happenings(before, this.observation, keys)) {
      uplink.event({ v: 1, at: new Date(now).toISOString(), seq: this.#nextSeq(now), ...happening });
    }
    const telemetry = telemetryOf(this.observation, keys, { at: now, seq: this.#nextSeq(now) });
    if (Object.keys(telemetry.consumables).length === 0) return;
    const content = contentOf(telemetry);
    const changed = this.#reported?.content !== content;
    const due = this.#reported === null || now - this.#reported.at >= unchangedEveryMs;
    if (!changed && !due && !this.#confirm) return;
    this.#confirm = changed;
    this.#reported = { at: now, content };
    uplink.telemetry(telemetry);
  }

  /** Milliseconds since 1970, so that a restart needs no memory; never the same twice. */
  #nextSeq(now: number): number {
    this.#lastSeq = Math.max(now, this.#lastSeq + 1, (this.uplink?.lastSeq ?? -1) + 1);
    return this.#lastSeq;
  }
}
