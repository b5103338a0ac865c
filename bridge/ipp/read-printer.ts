import { observeIpp, printerAttributeNames } from '../../contracts/printer/ipp-attributes.ts';
import { getPrinterAttributes } from '../../contracts/printer/ipp-encode.ts';
import type { PrinterObservation } from '../../contracts/printer/observation.ts';
import type { BridgeConfig } from '../config.ts';
import { exchangeIpp, type IppEndpoint, placeOf } from './exchange.ts';
import type { Pins } from './pins.ts';

export type IppReading =
  | { ok: true; observation: PrinterObservation; endpoint: IppEndpoint }
  | { ok: false; code: string; detail: string };

export interface IppTarget {
  readonly address: string;
  readonly port: number;
  /** Of the configuration, or of what the printer announced. */
  readonly path?: string | undefined;
  /** The endpoint that worked last time is tried first. */
  readonly known?: IppEndpoint | undefined;
}

const VERSIONS = [
  [2, 0],
  [1, 1],
] as const;
/** RFC 8011 §B.1.5.4, server-error-version-not-supported; B.1.4.1, client-error-bad-request. */
const OTHER_VERSION = new Set([0x0503, 0x0400]);
/** RFC 8011 §B.1.4.7, client-error-not-found: there is a printer, but not at this path. */
const OTHER_PATH = new Set([0x0406]);

/** Endpoints to try, in order. */
function endpointsOf(target: IppTarget, config: BridgeConfig['ipp']): IppEndpoint[] {
  const paths = target.path === undefined ? config.paths : [target.path];
  const at = (secure: boolean): IppEndpoint[] =>
    paths.map((path) => ({ host: target.address, port: target.port, path, secure }));
  if (config.tls === 'never') return at(false);
  return config.tls === 'require' ? at(true) : [...at(true), ...at(false)];
}

/** One look at one printer by IPP. Never throws; every exchange is bounded in time and size. */
export async function readPrinterByIpp(
  target: IppTarget,
  config: BridgeConfig['ipp'],
  pins: Pins,
): Promise<IppReading> {
  const endpoints = endpointsOf(target, config);
  const ordered = target.known === undefined ? endpoints : [target.known, ...endpoints];
  let last: Exclude<IppReading, { ok: true }> = {
    ok: false,
    code: 'unreachable',
    detail: 'no answer by IPP',
  };
  const dead = new Set<boolean>();
  for (const endpoint of ordered) {
    if (dead.has(endpoint.secure)) continue;
    const reading = await readEndpoint(endpoint, config, pins);
    if (reading.ok) return reading;
    last = reading;
    if (reading.code === 'certificate-changed') return reading;
    // The same port will not answer at another path either.
    if (reading.code === 'unreachable' || reading.code === 'out-of-time') dead.add(endpoint.secure);
  }
  return last;
}

async function readEndpoint(
  endpoint: IppEndpoint,
  config: BridgeConfig['ipp'],
  pins: Pins,
): Promise<IppReading> {
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  const uri = `${endpoint.secure ? 'ipps' : 'ipp'}://${host}:${endpoint.port}${endpoint.path}`;
  let failure: Exclude<IppReading, { ok: true }> = { ok: false, code: 'unreachable', detail: uri };
  for (const version of VERSIONS) {
    const body = getPrinterAttributes(uri, printerAttributeNames, version);
    const answer = await exchangeIpp(endpoint, body, { timeoutMs: config.timeoutMs });
    if (!answer.ok) return answer;
    const observed = observeIpp(answer.bytes);
    if (observed.ok) {
      const { observation } = observed;
      const wrong = config.tls === 'never' ? null : mistrust(endpoint, answer.fingerprint, observation, pins);
      return wrong ?? { ok: true, observation, endpoint };
    }
    const { error } = observed;
    if (error.code !== 'ipp-status' || !('status' in error)) {
      return { ok: false, code: `ipp-${error.code}`, detail: `the answer of ${uri} is no IPP message` };
    }
    const detail = `${uri} answers with IPP status 0x${error.status.toString(16).padStart(4, '0')}`;
    failure = { ok: false, code: OTHER_PATH.has(error.status) ? 'ipp-no-such-path' : 'ipp-refused', detail };
    if (!OTHER_VERSION.has(error.status)) return failure;
  }
  return failure;
}

/**
 * A printer that showed a certificate once must show it again, wherever it answers; plain HTTP is no longer taken
 * from it instead. Null: nothing speaks against it.
 */
function mistrust(
  endpoint: IppEndpoint,
  fingerprint: string | null,
  { identity }: PrinterObservation,
  pins: Pins,
): Exclude<IppReading, { ok: true }> | null {
  const place = placeOf(endpoint);
  const pin = pins.contradiction({ place, fingerprint, identity });
  if (pin === null) return null;
  const shows =
    fingerprint === null ? 'no certificate any more' : `another certificate (${fingerprint.slice(0, 23)}…)`;
  const name = pin.identity.serial ?? pin.identity.uuid ?? pin.place;
  const detail =
    `What answers at ${place} says it is the printer ${name}, and shows ${shows}; it was ` +
    `${pin.fingerprint.slice(0, 23)}… at ${pin.place}. If that printer was reset or got a new certificate, run: ` +
    `bridge forget-certificate ${name}. Otherwise find out who answers there.`;
  return { ok: false, code: 'certificate-changed', detail };
}
