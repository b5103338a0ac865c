import { z } from 'zod';

/**
 * Every answer that is not a success, in one table (RFC 9457). `detail` is a template whose names in
 * braces are filled in by whoever raises it; from 500 on it is a fixed sentence, so that nothing of the
 * inside leaks.
 */
export const PROBLEMS = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    detail: 'The request does not have the documented shape; see errors.',
  },
  'customer-required': {
    status: 400,
    title: 'Which customer?',
    detail: 'You act for several customers, or for none: pass customerId.',
  },
  'auth-refused': { status: 400, title: 'That cannot be done', detail: '{reason}' },
  'malformed-body': { status: 400, title: 'The body cannot be read', detail: '{reason}' },
  'invalid-cursor': {
    status: 400,
    title: 'The cursor is not valid',
    detail: 'Pass nextCursor of the page before, unchanged and with the same filters.',
  },
  unauthenticated: {
    status: 401,
    title: 'Sign in first',
    detail: 'Sign in, or send the API token in the header Authorization: Bearer <token>.',
  },
  'sign-in-failed': { status: 401, title: 'Sign-in failed', detail: '{reason}' },
  'invalid-signature': { status: 401, title: 'The webhook is not trusted', detail: '{reason}' },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    detail: 'Your role does not allow this.',
  },
  'second-factor-required': {
    status: 403,
    title: 'A second factor is required',
    detail: 'Staff sign in with an authenticator app or a passkey; without one only its set-up is open.',
  },
  'sign-in-again': {
    status: 403,
    title: 'Sign in again first',
    detail: 'For this, the last sign-in must be at most {minutes} minutes old.',
  },
  'foreign-page': {
    status: 403,
    title: 'The request comes from elsewhere',
    detail: 'What changes something must come from a page of this installation.',
  },
  'not-found': { status: 404, title: 'Not found', detail: 'There is no {what} {id}.' },
  'no-such-route': { status: 404, title: 'Not found', detail: 'There is nothing at {method} {path}.' },
  'already-exists': {
    status: 409,
    title: 'It exists already',
    detail: 'Something with the same {fields} exists already.',
  },
  'wrong-status': {
    status: 409,
    title: 'The order has moved on',
    detail: 'The order is {status}: it can no longer be {action}.',
  },
  'not-yet-due': {
    status: 409,
    title: 'It may still come',
    detail: 'It may arrive until {date}; say so again if it has not by then.',
  },
  'adapter-address': {
    status: 422,
    title: 'The address does not fit the adapter',
    detail: 'An address of the adapter {adapter} looks different.',
  },
  'device-revoked': {
    status: 409,
    title: 'The device is revoked',
    detail: 'A revoked device gets no new credentials; register it anew.',
  },
  'last-of-its-kind': { status: 409, title: 'Somebody has to stay', detail: 'The last {role} cannot go.' },
  'already-claimed': {
    status: 409,
    title: 'The device has an owner',
    detail: 'Its owner has to release it first.',
  },
  'not-released': {
    status: 409,
    title: 'The device has no owner to give it away',
    detail: 'Only a device that belongs to a customer can be released.',
  },
  'already-erased': {
    status: 409,
    title: 'The customer is erased',
    detail: 'The erasure was asked for before; its receipt is where that answer said.',
  },
  'operator-unnamed': {
    status: 409,
    title: 'Nobody is named as operator',
    detail: 'A receipt names who answers for the data: an admin says who with PUT /v1/operator.',
  },
  'trial-refused': { status: 409, title: 'The trial cannot begin', detail: '{reason}' },
  'no-withdrawal': { status: 409, title: 'The purchase cannot be withdrawn from', detail: '{reason}' },
  'announcement-needed': {
    status: 422,
    title: 'Announcements cannot be turned off',
    detail:
      'Automatic orders are announced by mail. To get no announcements, choose another strategy than automatic.',
  },
  'duty-needed': {
    status: 422,
    title: 'This message cannot be turned off',
    detail: 'The law asks us to tell you this.',
  },
  'unusable-address': { status: 422, title: 'The address cannot be used', detail: '{reason}' },
  'too-many-endpoints': {
    status: 409,
    title: 'There are enough endpoints',
    detail: 'At most {limit} webhook endpoints; remove one first.',
  },
  'too-many-subscriptions': {
    status: 409,
    title: 'There are enough browsers',
    detail: 'Messages are shown by at most {limit} browsers; end one first.',
  },
  'unreadable-calendar': { status: 422, title: 'The calendar cannot be used', detail: '{reason}' },
  'order-mismatch': { status: 409, title: 'The order does not match', detail: '{reason}' },
  'not-acceptable': {
    status: 406,
    title: 'It cannot be had like this',
    detail: 'Ask for {type} in the header Accept.',
  },
  'too-many-streams': {
    status: 429,
    title: 'Too many streams',
    detail: 'Close another stream of live updates first.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    detail: 'At most {limit} bytes are read.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The media type is not supported',
    detail: 'Send application/json.',
  },
  'unknown-reference': {
    status: 422,
    title: 'It refers to something unknown',
    detail: '{field} refers to something that does not exist.',
  },
  'invalid-claim-code': {
    status: 422,
    title: 'The code is not valid',
    detail: 'The code is mistyped, used, expired or unknown.',
  },
  'invalid-invitation': {
    status: 422,
    title: 'The invitation is not valid',
    detail: 'The invitation is used, withdrawn, expired, or for another e-mail address.',
  },
  'confirmation-mismatch': {
    status: 422,
    title: 'Not confirmed',
    detail: 'Type the name of the customer, exactly as it is shown.',
  },
  'does-not-fit': {
    status: 422,
    title: 'The product does not fit',
    detail: 'The product is not registered as fitting this consumable.',
  },
  'strategy-unavailable': { status: 409, title: 'That strategy is not open', detail: '{reason}' },
  'not-an-option': {
    status: 422,
    title: 'That product was not offered',
    detail: 'Approve one of the products that the proposal names.',
  },
  'nothing-to-order': { status: 409, title: 'Nothing can be ordered', detail: '{reason}' },
  'foreign-object': {
    status: 422,
    title: 'It belongs to someone else',
    detail: '{field} does not belong to the customer.',
  },
  'already-provisioned': {
    status: 409,
    title: 'The device has its credentials',
    detail: 'This serial number was provisioned before; an admin can reset it.',
  },
  'provisioning-refused': {
    status: 401,
    title: 'The provisioning token is not valid',
    detail: 'The token or claim certificate is unknown, revoked, expired or used up.',
  },
  'unusable-certificate': { status: 422, title: 'The certificate cannot be used', detail: '{reason}' },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    detail: 'Wait for the number of seconds in the header Retry-After.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    detail: 'The request could not be answered; the fault is on this side and was recorded.',
  },
  unavailable: {
    status: 503,
    title: 'Not available now',
    detail: 'The database cannot be reached; try again soon.',
  },
} as const satisfies Record<string, { status: number; title: string; detail: string }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** Where the kind of problem is explained; relative to the address of the API (RFC 9457 §3.1.1). */
export const problemType = (code: ProblemCode): string => `/problems/${code}`;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const problemSchema = z
  .object({
    type: z.string().describe('Address of an explanation; stable, one for each code.'),
    title: z.string(),
    status: z.number().int().min(400).max(599),
    detail: z.string().describe('What is wrong with this request, for people.'),
    code: z.string().describe('The last part of type, for programs.'),
    requestId: z.string().describe('Quote it when you report the problem.'),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('JSON Pointer below body, query, params or headers.'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('Each thing that is wrong, for invalid requests.'),
  })
  .meta({
    id: 'Problem',
    description: 'A problem document (RFC 9457).',
    examples: [
      {
        type: '/problems/not-found',
        title: 'Not found',
        status: 404,
        detail: 'There is no order 0197f0c2-0000-7000-8000-000000000000.',
        code: 'not-found',
        requestId: '5d0c3a52-6f0e-4f5c-9a53-1f7a1b1f0a11',
      },
    ],
  });
export type Problem = z.infer<typeof problemSchema>;

export const problemKindSchema = z
  .object({
    type: z.string(),
    code: z.string(),
    status: z.number().int(),
    title: z.string(),
    detail: z.string().describe('Template of the detail; names in braces are filled in.'),
  })
  .meta({ id: 'ProblemKind' });
