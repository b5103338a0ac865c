import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { PrinterObservation, Supply } from '../../contracts/printer/observation.ts';
import { kindOfCapture, kindsOfCaptures } from '../../device-sim/captures/capture-kind.ts';
import { readCaptures } from '../../device-sim/captures/read-captures.ts';
import { SimDevice } from '../../device-sim/fleet/sim-device.ts';

const CAPTURES = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const START = Date.parse('2027-03-01T00:00:00Z');
const QUARTER_MS = 6 * 3_600_000;

const supply = (more: Partial<Supply>): Supply => ({
  key: 'black',
  type: 'toner',
  description: '',
  polarity: 'depletes',
  polarityInferred: false,
  level: { kind: 'measured', value: 0.5 },
  trust: 'normal',
  raw: {},
  sources: ['printer-mib'],
  notes: [],
  ...more,
});

const observation = (supplies: Supply[]): PrinterObservation => ({
  identity: { manufacturer: 'Acme', model: 'L1' },
  counters: { pages: 1234 },
  supplies,
  alerts: [],
  problems: [],
});

describe('a capture becomes a device', () => {
  test('with its levels, polarity, gauge and counter, and with what it does not know', () => {
    const kind = kindOfCapture({
      name: 'snmp/acme.snmprec',
      observation: observation([
        supply({ capacity: 6000, gaugeQuantum: 0.1 }),
        supply({ key: 'cyan', level: { kind: 'measured', value: 0.01 }, trust: 'suspect' }),
        supply({ key: 'fuser', type: 'fuser', level: { kind: 'unknown' } }),
        supply({ key: 'waste', type: 'wasteToner', polarity: 'fills', level: { kind: 'some' } }),
      ]),
    });
    expect(kind).toMatchObject({ make: 'Acme', model: 'L1', capturedCounter: 1234 });
    expect(kind?.capturedLevels).toMatchObject({ black: 0.5 });
    const told = kind?.slots.map(({ key, tells, polarity }) => [key, tells, polarity]);
    expect(told).toEqual([
      ['black', 'level', 'depletes'],
      // Decoded but not believed: nothing may be ordered on its strength.
      ['cyan', 'some', 'depletes'],
      ['fuser', 'unknown', 'depletes'],
      ['waste', 'some', 'fills'],
    ]);
    expect(kind?.slots[0]).toMatchObject({ yieldUses: 6000, gaugeQuantum: 0.1, name: 'Black toner' });
  });

  test('but not when it tells no level at all', () => {
    const capture = { name: 'x', observation: observation([supply({ level: { kind: 'some' } })]) };
    expect(kindOfCapture(capture)).toBeNull();
  });

  test('and a folder that is not there has no captures', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'neverout-captures-'));
    await rm(folder, { recursive: true });
    expect(await readCaptures(folder)).toEqual([]);
  });
});

const there = existsSync(CAPTURES);
if (!there) console.warn(`SKIPPED: the tests on real captures, because ${CAPTURES} is not there.`);

describe.skipIf(!there)('real captures', () => {
  test('decode into many different printers, each with a level to start from', async () => {
    const kinds = kindsOfCaptures(await readCaptures(CAPTURES));
    expect(kinds.length).toBeGreaterThanOrEqual(20);
    expect(new Set(kinds.map(({ make, model }) => `${make} ${model}`)).size).toBe(kinds.length);
    const sources = new Set(kinds.map(({ capture }) => capture?.split('/').slice(0, 2).join('/')));
    expect([...sources].toSorted()).toEqual(
      expect.arrayContaining(['ipp/python-ipp', 'snmp/brother', 'snmp/librenms', 'snmp/walk-snippets']),
    );
    const slots = kinds.flatMap((kind) => kind.slots);
    expect(slots.some(({ polarity }) => polarity === 'fills')).toBe(true);
    expect(slots.some(({ tells }) => tells === 'some')).toBe(true);
    expect(slots.some(({ tells }) => tells === 'unknown')).toBe(true);
  });

  test('and each device starts from the captured levels and then depletes', async () => {
    for (const kind of kindsOfCaptures(await readCaptures(CAPTURES))) {
      const plan = {
        name: kind.capture ?? '',
        kind,
        habits: 'office' as const,
        usesPerDay: 60,
        levels: kind.capturedLevels,
        patienceDays: 1,
        notifiesSwap: false,
        tellsSerial: false,
      };
      const device = new SimDevice(plan, 1, 'Europe/Berlin');
      const { consumables, counters } = device.telemetry(START);
      for (const { kind: slot } of device.slots) {
        const reported = consumables[slot.key];
        const level = reported !== undefined && 'level' in reported ? reported.level : undefined;
        if (slot.tells !== 'level') expect(level).toBe(slot.tells);
        else {
          const off = Math.abs(Number(level) - (kind.capturedLevels[slot.key] ?? Number.NaN));
          expect(off).toBeLessThanOrEqual(slot.gaugeQuantum / 2 + 6 * slot.gaugeNoise);
        }
      }
      expect(counters).toEqual({ pages: kind.capturedCounter });
      const before = device.slots.map((slot) => slot.level);
      const working = before.every((level) => level > 0);
      for (let i = 0; i < 4; i += 1) {
        device.live(START + i * QUARTER_MS, START + (i + 1) * QUARTER_MS, false);
      }
      // A printer with an empty supply does not print; any other uses every slot.
      const used = device.slots.map((slot, i) => slot.fillings > 0 || slot.level < (before[i] ?? 0));
      if (working) expect(used.every(Boolean)).toBe(true);
    }
  });
});
