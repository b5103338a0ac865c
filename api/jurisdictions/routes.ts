import { z } from 'zod';
import { idParams, uuid } from '../../contracts/http/common.ts';
import {
  contractWithdrawalSchema,
  dutiesSchema,
  type dutySchema,
  jurisdictionSchema,
  jurisdictionsSchema,
  stateWithdrawalSchema,
} from '../../contracts/http/jurisdictions.ts';
import { PROFILES, STRICTEST } from '../../core/jurisdiction-profiles.ts';
import { profileOf } from '../../core/jurisdictions.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { confirmWithdrawal, readWithdrawal, stateWithdrawal } from './contract-withdrawals.ts';

const DUTIES = `
  SELECT id, customer_id AS "customerId", consent_id AS "consentId", kind, jurisdiction, subject, due_at AS "dueAt",
    fulfilled_at AS "fulfilledAt", message_id AS "messageId"
  FROM duty WHERE customer_id = $1 ORDER BY due_at DESC, id LIMIT 500`;

const TAG = 'Consents';

export function registerJurisdictions(app: Api, deps: ApiDeps): void {
  app.get(
    '/v1/jurisdictions',
    operation({
      access: 'public',
      tag: TAG,
      summary: 'List the profiles of jurisdictions',
      response: { 200: jurisdictionsSchema },
    }),
    () => ({ items: [...PROFILES, STRICTEST].map(toWire) }),
  );
  app.get(
    '/v1/jurisdictions/:code',
    operation({
      access: 'public',
      tag: TAG,
      summary: 'Read the profile that counts for a place',
      description: 'Its own, else its country’s, else the strictest.',
      params: z.object({ code: z.string().min(1).max(10) }),
      response: { 200: jurisdictionSchema },
    }),
    ({ params: { code } }) => toWire(profileOf(code)),
  );
  app.get(
    '/v1/duties',
    operation({
      access: 'viewer',
      tag: TAG,
      summary: "List a customer's duties of notice, latest first",
      querystring: z.object({ customerId: uuid }),
      response: { 200: dutiesSchema },
    }),
    async ({ query: { customerId } }) => {
      const { rows } = await deps.database.pool.query<z.output<typeof dutySchema>>(DUTIES, [customerId]);
      return { items: rows };
    },
  );
  registerContractWithdrawals(app, deps);
}

const toWire = (profile: ReturnType<typeof profileOf>) => ({
  ...profile,
  feeChangeNotice: profile.feeChangeNotice === null ? null : { ...profile.feeChangeNotice },
  withdrawal: profile.withdrawal === null ? null : { ...profile.withdrawal },
});

function registerContractWithdrawals(app: Api, deps: ApiDeps): void {
  const common = { tag: TAG, params: idParams('orderId') } as const;
  app.post(
    '/v1/orders/:orderId/withdrawal',
    operation({
      ...common,
      access: 'member',
      summary: 'Withdraw from a purchase: first step',
      description:
        'States who withdraws (Directive 2011/83/EU, Article 11a). Nothing happens before the second step confirms it.',
      body: stateWithdrawalSchema,
      response: { 201: contractWithdrawalSchema },
      problems: ['not-found', 'no-withdrawal'],
    }),
    async (request, reply) =>
      reply.code(201).send(await stateWithdrawal(deps, request.params.orderId, request.body, request)),
  );
  app.post(
    '/v1/orders/:orderId/withdrawal/confirm',
    operation({
      ...common,
      access: 'member',
      summary: 'Withdraw from a purchase: confirm',
      description:
        'Takes effect at once. Answers the signed acknowledgement, which is also kept and sent to the customer.',
      response: { 200: contractWithdrawalSchema },
      problems: ['not-found', 'no-withdrawal', 'operator-unnamed'],
    }),
    (request) => confirmWithdrawal(deps, request.params.orderId, request),
  );
  app.get(
    '/v1/orders/:orderId/withdrawal',
    operation({
      ...common,
      access: 'viewer',
      summary: 'Read whether a purchase can be withdrawn from, and the withdrawal with its acknowledgement',
      response: { 200: contractWithdrawalSchema },
      problems: ['not-found'],
    }),
    (request) => readWithdrawal(deps, request.params.orderId),
  );
}
