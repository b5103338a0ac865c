import type { LeadTime } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { leadTimeScopes } from '../population/lead-times.ts';
import type { Surroundings } from './surroundings.ts';

type Subject = Pick<Surroundings, 'offer' | 'timeZone' | 'leadTime'>;

const scopesOf = ({ offer, timeZone }: Subject): readonly string[] =>
  offer === null ? [] : leadTimeScopes({ ...offer, region: timeZone });

export type LeadTimeOf = (subject: Subject) => LeadTime;

/** What deliveries have taught of the narrowest group; where there were none, the merchant's own figures. */
export async function loadLeadTimes(db: Queryable, subjects: readonly Subject[]): Promise<LeadTimeOf> {
  const scopes = [...new Set(subjects.flatMap(scopesOf))];
  const { rows } = await db.query<LeadTime & { scope: string }>(
    'SELECT scope, pmf FROM lead_time WHERE scope = ANY ($1::text[])',
    [scopes],
  );
  const byScope = new Map(rows.map(({ scope, pmf }) => [scope, { pmf }]));
  return (subject) => {
    const known = scopesOf(subject).find((scope) => byScope.has(scope));
    return (known === undefined ? undefined : byScope.get(known)) ?? subject.leadTime;
  };
}
