import type { USER_ROLES } from '../../contracts/http/auth.ts';
import type { MEMBER_ROLES } from '../../contracts/http/people.ts';

export type UserRole = (typeof USER_ROLES)[number];
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** Somebody who signed in. */
export interface Person {
  readonly kind: 'person';
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
  readonly name: string;
  readonly role: UserRole;
  /** Whether this session was made with a second factor. */
  readonly secondFactor: boolean;
  /** Customer to role. */
  readonly memberships: ReadonlyMap<string, MemberRole>;
}

/** Who sends a request. `machine`: whoever holds the API token, a device maker's back end for instance. */
export type Caller = { readonly kind: 'nobody' } | { readonly kind: 'machine' } | Person;

export const NOBODY: Caller = { kind: 'nobody' };
export const MACHINE: Caller = { kind: 'machine' };

/** How records name who acted. */
export const actorName = (caller: Caller): string =>
  caller.kind === 'person' ? `user:${caller.userId}` : caller.kind === 'machine' ? 'api-token' : 'nobody';

/** Who sent a request to a route that only people reach. */
export function personOf({ caller }: { readonly caller: Caller }): Person {
  if (caller.kind !== 'person') throw new Error('the access of this route admits others than people');
  return caller;
}

const isStaff = ({ role }: Person): boolean => role !== 'customer';

/** Staff without a second factor may do nothing but get one. */
export const lacksSecondFactor = (person: Person): boolean => isStaff(person) && !person.secondFactor;

/** On whose behalf an order is decided: the machine says so itself, staff are ops, everybody else the customer. */
export function actsFor(caller: Caller, said: 'customer' | 'ops'): 'customer' | 'ops' {
  if (caller.kind !== 'person') return said;
  return isStaff(caller) ? 'ops' : 'customer';
}
