import type { z } from 'zod';
import type { consumableHistorySchema } from '../../contracts/http/views.ts';
import { levelForecast } from '../../core/level-forecast.ts';
import { decodeState, isOutdated } from '../../core/state.ts';
import { type ConsumableProfile, DAY_MS } from '../../core/types.ts';
import type { Pool } from '../../platform/database.ts';
import { loadPopulations } from '../../platform/populations/load-populations.ts';
import { loadSiteCalendars } from '../../platform/site-calendar.ts';

type Bands = z.output<typeof consumableHistorySchema>['forecast'];

const STATE = `
  SELECT s.state, s.run_out_p90 AS "runOutP90", c.device_id AS "deviceId", c.device_model_id AS "deviceModelId", dm.family,
    json_build_object('key', slot.key, 'name', slot.name, 'polarity', slot.polarity, 'gaugeQuantum', slot.gauge_quantum,
      'gaugeNoise', slot.gauge_noise, 'yieldUses', slot.yield_uses, 'typicalLifeDays', slot.typical_life_days,
      'shelfLifeDays', slot.shelf_life_days) AS profile
  FROM consumable c JOIN consumable_state s ON s.consumable_id = c.id JOIN device_model dm ON dm.id = c.device_model_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE c.id = $1 AND s.state IS NOT NULL AND s.level IS NOT NULL`;

interface Row {
  readonly state: Uint8Array;
  readonly runOutP90: Date | null;
  readonly deviceId: string;
  readonly deviceModelId: string;
  readonly family: string;
  readonly profile: ConsumableProfile;
}

/** Points of the fan: a page draws straight lines between them. */
const DATES = 32;
/** Where no end is in sight, and at most: beyond half a year a picture of days says nothing. */
const LOOK_AHEAD_DAYS = 60;
const FARTHEST_DAYS = 180;
/** Holds that lie further back weigh on nothing that is still to be folded. */
const HOLDS_BACK_DAYS = 400;

/**
 * What is left from now until it has run out with 90 %, as the rules service believes it: from the same state, the
 * same calendar and the same fleet. Empty while nothing is known.
 */
export async function readForecast(pool: Pool, consumableId: string, now: number): Promise<Bands> {
  const { rows } = await pool.query<Row>(STATE, [consumableId]);
  const [row] = rows;
  if (row === undefined) return [];
  const state = decodeState(row.state);
  const holdsSince = now - HOLDS_BACK_DAYS * DAY_MS;
  const calendars = await loadSiteCalendars(pool, [row.deviceId], now, holdsSince);
  const calendar = calendars.get(row.deviceId);
  if (isOutdated(state) || calendar === undefined) return [];
  const population = (await loadPopulations(pool, [row]))(row);
  const wanted = row.runOutP90?.getTime() ?? now + LOOK_AHEAD_DAYS * DAY_MS;
  const until = Math.min(Math.max(wanted, now + DAY_MS), now + FARTHEST_DAYS * DAY_MS);
  const instants = Array.from({ length: DATES }, (_, i) => now + (i / (DATES - 1)) * (until - now));
  const bands = levelForecast(state, { calendar, profile: row.profile, population }, now, instants);
  return bands.map(({ at, ...levels }) => ({ at: new Date(at), ...levels }));
}
