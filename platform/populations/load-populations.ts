import type { ConsumableProfile, Population } from '../../core/types.ts';
import type { Queryable } from '../order-store.ts';
import { prepared } from '../prepared.ts';
import { FLEET_SCOPE, familyScope, type PopulationVersion, populationFor, slotScope } from './content.ts';

const NEWEST = prepared(`
  SELECT s.scope, v.version, v.devices, v.content FROM unnest($1::text[]) AS s(scope)
  CROSS JOIN LATERAL (
    SELECT version, devices, content FROM population_version WHERE scope = s.scope ORDER BY version DESC LIMIT 1
  ) v`);

/** A slot of a model, by what the fleet may have been taught for it. */
interface Subject {
  readonly deviceModelId: string;
  readonly family: string;
  readonly profile: Pick<ConsumableProfile, 'key' | 'typicalLifeDays'>;
}

/** From the narrowest: the slot of the model, the family, the whole fleet. */
const scopesOf = ({ deviceModelId, family, profile }: Subject): readonly string[] => [
  slotScope(deviceModelId, profile.key),
  familyScope(family),
  FLEET_SCOPE,
];

type PopulationOf = (subject: Subject) => Population | null;

/** The newest version of the narrowest scope that the fleet has taught anything about. */
export async function loadPopulations(db: Queryable, subjects: readonly Subject[]): Promise<PopulationOf> {
  const scopes = [...new Set(subjects.flatMap(scopesOf))];
  const { rows } = await db.query<PopulationVersion & { scope: string }>(NEWEST, [scopes]);
  const byScope = new Map(rows.map((row) => [row.scope, row]));
  // One object a slot, however many of its consumables are in the batch.
  const known = new Map<string, Population | null>();
  return (subject) => {
    const key = slotScope(subject.deviceModelId, subject.profile.key);
    const found = known.get(key);
    if (found !== undefined) return found;
    const population = narrowest(scopesOf(subject), byScope, subject.profile.typicalLifeDays);
    known.set(key, population);
    return population;
  };
}

/** A version that this program cannot read teaches it nothing: the next wider scope speaks. */
function narrowest(
  scopes: readonly string[],
  byScope: ReadonlyMap<string, PopulationVersion>,
  typicalLifeDays: number,
): Population | null {
  for (const scope of scopes) {
    const row = byScope.get(scope);
    const population = row === undefined ? null : populationFor(row, typicalLifeDays);
    if (population !== null) return population;
  }
  return null;
}
