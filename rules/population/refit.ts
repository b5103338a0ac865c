import {
  type DeviceSummary,
  leaningOn,
  refitPopulation,
  rootPopulation,
  summaryOf,
} from '../../core/population.ts';
import { decodeState, isOutdated } from '../../core/state.ts';
import { DAY_MS, type Instant, type Population } from '../../core/types.ts';
import type { Pool } from '../../platform/database.ts';
import { contentOf, FLEET_SCOPE, familyScope, slotScope } from '../../platform/populations/content.ts';
import { prepared } from '../../platform/prepared.ts';
import type { RulesDeps } from '../deps.ts';
import { type CalibrationOf, foldCalibration, loadCalibration } from './calibration.ts';

interface Slot {
  readonly deviceModelId: string;
  readonly key: string;
  readonly family: string;
  readonly typicalLifeDays: number;
  readonly gaugeQuantum: number;
}

/** More devices teach a slot nothing new: the spread of 2,000 is known to some 3 %. */
const DEVICES_PER_SLOT = 2_000;
/** Of a family or of the whole fleet, spread evenly over their slots. */
const DEVICES_PER_GROUP = 5_000;
/** Decisions name the version that they rest on; older ones than this are only figures. */
const VERSIONS_KEPT_MS = 90 * DAY_MS;

const SLOTS = `
  SELECT s.device_model_id AS "deviceModelId", s.key, m.family, s.typical_life_days AS "typicalLifeDays", s.gauge_quantum AS "gaugeQuantum"
  FROM model_slot s JOIN device_model m ON m.id = s.device_model_id ORDER BY m.family, m.id, s.key`;

const STATES = prepared(`
  SELECT cs.state FROM device d
  JOIN consumable c ON c.device_id = d.id AND c.key = $2
  JOIN consumable_state cs ON cs.consumable_id = c.id
  WHERE d.device_model_id = $1 AND cs.state IS NOT NULL LIMIT $3`);

const PUBLISH = `
  INSERT INTO population_version (scope, fitted_at, devices, content)
  SELECT scope, $1, devices, content::jsonb FROM unnest($2::text[], $3::int[], $4::text[]) AS t(scope, devices, content)`;

const FORGET = `
  DELETE FROM population_version v WHERE fitted_at < $1
    AND EXISTS (SELECT FROM population_version newer WHERE newer.scope = v.scope AND newer.version > v.version)`;

/** In units of typical lives, the typical life is 1. */
const ROOT: Population = rootPopulation({ typicalLifeDays: 1 });

interface Fitted {
  readonly scope: string;
  readonly population: Population;
}

/**
 * Teaches every slot of every model what its devices did, the smaller groups leaning on the larger ones
 * (slot → family → fleet). Slots are read one at a time, and twice, so that memory does not grow with the fleet.
 */
export async function refitPopulations({ database, log }: RulesDeps, now: Instant): Promise<void> {
  const { pool } = database;
  const { rows: slots } = await pool.query<Slot>(SLOTS);
  await foldCalibration(pool, now);
  const calibrationOf = await loadCalibration(pool);
  const parents = await fitGroups(pool, slots, calibrationOf);
  const fitted: Fitted[] = [...parents.values()];
  for (const slot of slots) {
    const group = parents.get(slot.family);
    const devices = await summariesOf(pool, slot, DEVICES_PER_SLOT);
    const counts = leaningOn(calibrationOf([slot]), group?.counts ?? []);
    const population = refitPopulation({ devices, counts, parent: group?.population ?? ROOT, version: 0 });
    fitted.push({ scope: slotScope(slot.deviceModelId, slot.key), population });
  }
  const taught = fitted.filter(({ population }) => population.devices > 0);
  await pool.query(PUBLISH, [
    new Date(now),
    taught.map(({ scope }) => scope),
    taught.map(({ population }) => population.devices),
    taught.map(({ population }) => JSON.stringify(contentOf(population))),
  ]);
  await pool.query(FORGET, [new Date(now - VERSIONS_KEPT_MS)]);
  log.info({ scopes: taught.length }, 'priors fitted to the fleet');
}

interface Group extends Fitted {
  /** What its narrower groups lean on. */
  readonly counts: readonly number[];
}

const FLEET = '';

/** The populations of the families, by family, and of the whole fleet. */
async function fitGroups(
  pool: Pool,
  slots: readonly Slot[],
  calibrationOf: CalibrationOf,
): Promise<Map<string, Group>> {
  const families = Map.groupBy(slots, ({ family }) => family);
  const share = (members: number) => Math.ceil(DEVICES_PER_GROUP / Math.max(members, 1));
  const ofFamily = new Map<string, DeviceSummary[]>();
  const ofFleet: DeviceSummary[] = [];
  for (const [family, members] of families) {
    const summaries: DeviceSummary[] = [];
    for (const slot of members) {
      const devices = await summariesOf(pool, slot, Math.min(share(members.length), DEVICES_PER_SLOT));
      summaries.push(...devices);
      ofFleet.push(...devices.slice(0, share(slots.length)));
    }
    ofFamily.set(family, summaries);
  }
  const fleetCounts = calibrationOf(slots);
  const fleet = refitPopulation({ devices: ofFleet, counts: fleetCounts, parent: ROOT, version: 0 });
  const fitted = new Map<string, Group>([
    [FLEET, { scope: FLEET_SCOPE, population: fleet, counts: fleetCounts }],
  ]);
  for (const [family, devices] of ofFamily) {
    const counts = leaningOn(calibrationOf(families.get(family) ?? []), fleetCounts);
    const population = refitPopulation({ devices, counts, parent: fleet, version: 0 });
    fitted.set(family, { scope: familyScope(family), population, counts });
  }
  return fitted;
}

async function summariesOf(pool: Pool, slot: Slot, limit: number): Promise<DeviceSummary[]> {
  const { rows } = await pool.query<{ state: Uint8Array }>(STATES, [slot.deviceModelId, slot.key, limit]);
  return rows.flatMap(({ state: bytes }) => {
    const state = decodeState(bytes);
    if (isOutdated(state)) return [];
    const summary = summaryOf(state, slot);
    return [{ ...summary, use: summary.use * slot.typicalLifeDays }];
  });
}
