import type { Refusal } from '../../contracts/mqtt.ts';
import type { Chance } from '../backtest/chance.ts';
import type { SimDevice } from '../fleet/sim-device.ts';

/** What a device does wrong on purpose, to show what the platform makes of it; each is a refusal. */
export const MISDEEDS = [
  'bad-json',
  'bad-schema',
  'unknown-consumable',
  'unknown-unit',
  'clock-ahead',
  'clock-behind',
  'bad-topic',
  'duplicate',
] as const satisfies readonly Refusal[];
export type MisdeedKind = (typeof MISDEEDS)[number];

/** A device that pulls its plug, misses `outageSteps` readings and sends them later as historical. */
export type Misdeed =
  | { readonly kind: MisdeedKind; readonly device: string; readonly step: number }
  | { readonly kind: 'outage'; readonly device: string; readonly step: number; readonly outageSteps: number };

export const STEPS_PER_DAY = 4;
const DAYS_PER_ROUND = 30;
const OUTAGE_STEPS = [3, 9] as const;

/** Each kind once in every thirty days, and an outage or two. */
export function planMisdeeds(devices: readonly string[], days: number, chance: Chance): Misdeed[] {
  const rounds = Math.max(Math.round(days / DAYS_PER_ROUND), 1);
  const last = days * STEPS_PER_DAY - 1;
  const anyStep = (until: number) => chance.integer([Math.min(2, until), Math.max(until, 0)]);
  const anyDevice = () => devices[chance.integer([0, devices.length - 1])] ?? '';
  const misdeeds: Misdeed[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of MISDEEDS) misdeeds.push({ kind, device: anyDevice(), step: anyStep(last) });
    const outageSteps = chance.integer(OUTAGE_STEPS);
    const step = anyStep(last - outageSteps - 1);
    if (step > 0) misdeeds.push({ kind: 'outage', device: anyDevice(), step, outageSteps });
  }
  return misdeeds;
}

const WRONG_BY_MS = 3 * 86_400_000;

/** The payload of a misdeed that is one bad telemetry message; null for those that are not. */
export function badTelemetry(kind: MisdeedKind, device: SimDevice, now: number): string | null {
  switch (kind) {
    case 'bad-json':
      return '{"v":1,"at":"2027-';
    case 'bad-schema':
      return JSON.stringify({ ...device.telemetry(now), v: 2 });
    case 'unknown-consumable':
      return JSON.stringify({ ...device.telemetry(now), consumables: { octarine: { level: 0.5 } } });
    case 'unknown-unit': {
      const [key = ''] = device.slots.map((slot) => slot.kind.key);
      return JSON.stringify({
        ...device.telemetry(now),
        consumables: { [key]: { amount: 1, unit: 'cubit' } },
      });
    }
    case 'clock-ahead':
      return JSON.stringify(device.telemetry(now + WRONG_BY_MS));
    case 'clock-behind':
      return JSON.stringify(device.telemetry(now - WRONG_BY_MS));
    case 'bad-topic':
    case 'duplicate':
      return null;
  }
}
