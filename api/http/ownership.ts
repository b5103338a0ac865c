import type { FastifyRequest, RouteOptions } from 'fastify';
import type { Queryable } from '../../platform/order-store.ts';
import type { MemberRole, Person } from '../auth/caller.ts';
import { ApiProblem, notFound } from './problem.ts';

/** What belongs to a customer, by the names that parameters, filters and bodies have for it. */
export const OWNED = {
  customerId: 'customer',
  deviceId: 'device',
  consumableId: 'consumable',
  consentId: 'consent',
  holdId: 'hold',
  orderId: 'order',
  decisionId: 'decision',
  invitationId: 'invitation',
  addressId: 'address',
} as const;
type OwnedKey = keyof typeof OWNED;
type Owned = (typeof OWNED)[OwnedKey];
const OWNED_KEYS = Object.keys(OWNED) as readonly OwnedKey[];

/** The customer that something belongs to; null when nobody owns it or it does not exist. */
export type OwnerLookup = (what: Owned, id: string) => Promise<string | null>;

/** In one place, so that no route can look an owner up differently. */
const OWNER_QUERIES: Readonly<Record<Owned, string>> = {
  customer: 'SELECT id AS owner FROM customer WHERE id = $1',
  device: 'SELECT customer_id AS owner FROM device WHERE id = $1',
  consumable: 'SELECT customer_id AS owner FROM consumable WHERE id = $1',
  consent: 'SELECT customer_id AS owner FROM consent WHERE id = $1',
  hold: 'SELECT customer_id AS owner FROM hold WHERE id = $1',
  order: 'SELECT customer_id AS owner FROM "order" WHERE id = $1',
  decision:
    'SELECT c.customer_id AS owner FROM decision d JOIN consumable c ON c.id = d.consumable_id WHERE d.id = $1',
  invitation: 'SELECT customer_id AS owner FROM invitation WHERE id = $1',
  address: 'SELECT customer_id AS owner FROM address WHERE id = $1',
};

export function ownerLookup({ pool }: { readonly pool: Queryable }): OwnerLookup {
  return async (what, id) => {
    const { rows } = await pool.query<{ owner: string | null }>(OWNER_QUERIES[what], [id]);
    return rows[0]?.owner ?? null;
  };
}

const RANK: Readonly<Record<MemberRole, number>> = { viewer: 1, member: 2, owner: 3 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Lets customers reach only what is theirs. What others own answers as if it did not exist. The path is
 * checked before anything else is looked at, so that not even a mistake in the body tells a stranger more;
 * filters and bodies once they are parsed. A list without a filter is narrowed to the caller's customer.
 *
 * A route whose request names nothing that a customer owns cannot be registered with such an access.
 */
export function requireOwnership(route: RouteOptions, role: MemberRole, findOwner: OwnerLookup): void {
  const inPath = OWNED_KEYS.filter((key) => route.url.includes(`:${key}`));
  const inQuery = OWNED_KEYS.filter((key) => hasMember(route.schema?.querystring, key));
  const inBody = OWNED_KEYS.filter((key) => hasMember(route.schema?.body, key));
  if (inPath.length + inQuery.length + inBody.length === 0) {
    throw new Error(`The route ${route.method} ${route.url} is for a ${role} of a customer but names none.`);
  }
  const check = async (person: Person, holder: unknown, keys: readonly OwnedKey[]): Promise<number> => {
    const ids = keys.flatMap((key) => {
      const id = (holder as Readonly<Record<string, unknown>> | null | undefined)?.[key];
      return typeof id === 'string' ? [{ key, id }] : [];
    });
    for (const { key, id } of ids) {
      const customerId = UUID.test(id) ? await findOwner(OWNED[key], id) : null;
      const has = customerId === null ? undefined : person.memberships.get(customerId);
      if (has === undefined) notFound(OWNED[key], id);
      if (RANK[has] < RANK[role]) throw new ApiProblem('forbidden', {});
    }
    return ids.length;
  };
  const checkPath = async (request: FastifyRequest): Promise<void> => {
    const { caller, params } = request;
    if (isBound(caller) && hasUuids(params, inPath)) await check(caller, params, inPath);
  };
  const checkRest = async (request: FastifyRequest): Promise<void> => {
    const { caller, query, body } = request;
    if (!isBound(caller)) return;
    const named = (await check(caller, query, inQuery)) + (await check(caller, body, inBody));
    if (inPath.length === 0 && named === 0) narrow(caller, query, inQuery, role);
  };
  route.preValidation = [...[route.preValidation ?? []].flat(), checkPath];
  route.preHandler = [...[route.preHandler ?? []].flat(), checkRest];
}

/** Staff and machines see everything. */
const isBound = (caller: FastifyRequest['caller']): caller is Person =>
  caller.kind === 'person' && caller.role === 'customer';

/** Anything else is for the schema to refuse. */
const hasUuids = (params: unknown, keys: readonly OwnedKey[]): boolean =>
  keys.every((key) => UUID.test(String((params as Readonly<Record<string, unknown>>)[key])));

/** Makes the filter that the caller left out. */
function narrow(person: Person, query: unknown, inQuery: readonly OwnedKey[], role: MemberRole): void {
  const [only, ...others] = person.memberships;
  const canNarrow = inQuery.includes('customerId') && only !== undefined && others.length === 0;
  if (!canNarrow) throw new ApiProblem('customer-required', {});
  const [customerId, has] = only;
  if (RANK[has] < RANK[role]) throw new ApiProblem('forbidden', {});
  (query as Record<string, unknown>)['customerId'] = customerId;
}

/** Whether a zod object, perhaps with a default, has the member. */
function hasMember(schema: unknown, key: string): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  if ('shape' in schema && typeof schema.shape === 'object' && schema.shape !== null) {
    return Object.hasOwn(schema.shape, key);
  }
  const inner = 'def' in schema ? (schema.def as { innerType?: unknown }).innerType : undefined;
  return inner === undefined ? false : hasMember(inner, key);
}
