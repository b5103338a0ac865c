import type { Chance } from './chance.ts';
import type { Faults, GaugeClass } from './world-parameters.ts';

/** What goes wrong with a device's readings and fillings, drawn before any policy acts. */
export interface FaultPlan {
  /** 1: no reading of that day ever arrives (missed, or the network is out). */
  readonly silent: Uint8Array;
  readonly duplicate: Uint8Array;
  /** Days by which that day's reading arrives late. */
  readonly delay: Uint8Array;
  readonly falseZero: Uint8Array;
  readonly unknownLevel: Uint8Array;
  /** Gauge error before rounding, beside the bias. */
  readonly noise: Float64Array;
  /** Hour of the day's reading, 14…20. */
  readonly hour: Float64Array;
  readonly clockSkewMs: number;
  readonly tellsSerial: boolean;
  readonly fillings: readonly FillingPlan[];
}

export interface FillingPlan {
  /** True capacity in nominal fillings. */
  readonly capacity: number;
  /** Gauge minus truth when empty; grows linearly with use. */
  readonly bias: number;
  readonly rebound: { readonly height: number; readonly days: number } | null;
}

const MAX_FILLINGS = 200;
const MINUTE_MS = 60_000;

export function drawFaults(
  faults: Faults,
  gauge: GaugeClass,
  days: number,
  stream: (purpose: string) => Chance,
): FaultPlan {
  const flags = (purpose: string, share: number): Uint8Array => {
    const chance = stream(purpose);
    return Uint8Array.from({ length: days }, () => (chance.uniform() < share ? 1 : 0));
  };
  const late = stream('delay');
  const noise = stream('noise');
  const hour = stream('hour');
  const device = stream('device-faults');
  return {
    silent: withOutages(flags('missed', faults.missed), faults, stream('outage')),
    duplicate: flags('duplicate', faults.duplicate),
    delay: Uint8Array.from({ length: days }, () =>
      late.uniform() < faults.delayed ? late.integer(faults.delayDays) : 0,
    ),
    falseZero: flags('false-zero', faults.falseZero),
    unknownLevel: flags('unknown-level', faults.unknownLevel),
    noise: Float64Array.from({ length: days }, () => gauge.noise * noise.normal()),
    hour: Float64Array.from({ length: days }, () => 14 + 6 * hour.uniform()),
    clockSkewMs: (2 * device.uniform() - 1) * faults.clockSkewMinutes * MINUTE_MS,
    tellsSerial: device.uniform() < faults.serialShare,
    fillings: drawFillings(faults, stream('fillings')),
  };
}

function withOutages(silent: Uint8Array, faults: Faults, chance: Chance): Uint8Array {
  for (let day = 0; day < silent.length; day++) {
    if (chance.uniform() >= faults.outagePerDay) continue;
    const long = chance.uniform() < faults.longOutageShare;
    const end = day + chance.integer(long ? faults.longOutageDays : faults.outageDays);
    silent.fill(1, day, end);
    day = end;
  }
  return silent;
}

function drawFillings(faults: Faults, chance: Chance): FillingPlan[] {
  return Array.from({ length: MAX_FILLINGS }, () => ({
    capacity: Math.max(0.7, 1 + faults.yieldVariation * chance.normal()),
    bias: faults.gaugeBias * chance.normal(),
    rebound:
      chance.uniform() < faults.rebound
        ? { height: chance.between(faults.reboundHeight), days: chance.integer(faults.reboundDays) }
        : null,
  }));
}
