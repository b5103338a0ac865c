import { z } from 'zod';
import type { Population } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { Surroundings } from './surroundings.ts';

const contentSchema = z.object({
  shape: z.number().positive(),
  rate: z.number().positive(),
  expertWeights: z.array(z.number()).default([]),
  recalibration: z.array(z.number()).default([]),
});

interface PopulationRow {
  readonly scope: string;
  readonly version: number;
  readonly devices: number;
  readonly content: unknown;
}

const NEWEST = `
  SELECT s.scope, v.version, v.devices, v.content FROM unnest($1::text[]) AS s(scope)
  CROSS JOIN LATERAL (
    SELECT version, devices, content FROM population_version WHERE scope = s.scope ORDER BY version DESC LIMIT 1
  ) v`;

type Subject = Pick<Surroundings, 'deviceModelId' | 'family'> & {
  readonly profile: { readonly key: string };
};

/** From the narrowest: the slot of the model, the family, the whole fleet. */
const scopesOf = ({ deviceModelId, family, profile }: Subject): readonly string[] => [
  `model:${deviceModelId}:${profile.key}`,
  `family:${family}`,
  'all',
];

export type PopulationOf = (subject: Subject) => Population | null;

/** The newest version of the narrowest scope that the fleet has taught anything about. */
export async function loadPopulations(db: Queryable, subjects: readonly Subject[]): Promise<PopulationOf> {
  const scopes = [...new Set(subjects.flatMap(scopesOf))];
  const { rows } = await db.query<PopulationRow>(NEWEST, [scopes]);
  const byScope = new Map(
    rows.flatMap(({ scope, ...row }) => populationOf(row).map((found) => [scope, found])),
  );
  return (subject) => {
    for (const scope of scopesOf(subject)) {
      const population = byScope.get(scope);
      if (population !== undefined) return population;
    }
    return null;
  };
}

/** A version that an older program cannot read teaches it nothing: the next wider scope speaks. */
function populationOf({ version, devices, content }: Omit<PopulationRow, 'scope'>): readonly Population[] {
  const parsed = contentSchema.safeParse(content);
  return parsed.success ? [{ ...parsed.data, version, devices }] : [];
}
