import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MAX_SPARES } from '../../contracts/http/consumables.ts';
import { MAX_DELAY_DAYS } from '../../contracts/http/orders.ts';
import { languageOf } from '../../core/phrases/in-words.ts';
import { hashLink, LINK_PATH, type Link, openLinks } from '../../platform/messages/links.ts';
import type { OrderAction } from '../../platform/messages/words/pages.ts';
import { transactAudited } from '../audit/within.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { takesForms } from '../http/forms.ts';
import { sendPage } from '../http/page.ts';
import { ApiProblem } from '../http/problem.ts';
import { type Act, actOnOrder, isPossible } from '../orders/acts.ts';
import { factsOf, type OrderView, readOrderView, type Speech, speechOf } from './order-view.ts';
import { showUnsubscribe, unsubscribe } from './unsubscribe.ts';

const hidden = { config: { access: 'public' }, schema: { hide: true } } as const;
const params = z.object({ token: z.string().max(200) });

/**
 * What the links in messages open: pages that work without signing in and without JavaScript. Only the button of a
 * page acts (POST): mail scanners open links, and opening one changes nothing. A link opens one act on one order.
 * Registered in a scope of its own: nothing else takes forms.
 */
export function registerLinks(app: Api, deps: IdentityDeps): void {
  takesForms(app);
  const links = openLinks(deps.linkSecret, deps.publicUrl);
  const tokenOf = (request: FastifyRequest): string => params.parse(request.params).token;
  app.get(`${LINK_PATH}/:token`, hidden, async (request, reply) => {
    const link = links.read(tokenOf(request));
    if (link === null) return invalid(request, reply);
    if (link.action === 'unsubscribe') return await showUnsubscribe(deps, link, request, reply);
    return await show(deps, { ...link, action: link.action }, tokenOf(request), request, reply);
  });
  app.post(`${LINK_PATH}/:token`, { ...hidden, preHandler: deps.limits.link }, async (request, reply) => {
    const link = links.read(tokenOf(request));
    if (link === null) return invalid(request, reply);
    if (link.action === 'unsubscribe') return await unsubscribe(deps, link, request, reply);
    return await act(deps, { ...link, action: link.action }, tokenOf(request), request, reply);
  });
}

type OrderLink = Link & { readonly action: OrderAction };

function invalid(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageOf(String(request.headers['accept-language'] ?? '').split(',')[0] ?? '');
  const { words } = speechOf({ language, timeZone: 'UTC', jurisdiction: '' });
  const { invalidTitle: title, invalid: text } = words;
  return sendPage(reply, 404, { language, title, paragraphs: [text], facts: [], form: null });
}

const USED = 'SELECT FROM used_link WHERE token_hash = $1';
const USE =
  'INSERT INTO used_link (token_hash, order_id, used_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';

/** Why the link does nothing; null: it may be used. */
async function obstacleTo(
  { database, clock }: IdentityDeps,
  { action, expiresAt }: OrderLink,
  token: string,
  order: OrderView,
): Promise<'used' | 'tooLate' | 'expired' | null> {
  const { rowCount } = await database.pool.query(USED, [hashLink(token)]);
  if (rowCount !== 0) return 'used';
  if (!isPossible(action, order.status)) return 'tooLate';
  return expiresAt <= clock.now() ? 'expired' : null;
}

async function show(
  deps: IdentityDeps,
  link: OrderLink,
  token: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const order = await readOrderView(deps.database.pool, link.subject);
  if (order === null) return invalid(request, reply);
  const speech = speechOf(order);
  const obstacle = await obstacleTo(deps, link, token, order);
  if (obstacle !== null) return standing(reply, obstacle === 'expired' ? 410 : 200, order, speech, obstacle);
  const { words, reader } = speech;
  return sendPage(reply, 200, {
    language: reader.language,
    title: words.title[link.action],
    paragraphs: [words.effect[link.action]],
    facts: factsOf(order, speech),
    form: formOf(link.action, speech),
  });
}

/** Where the order stands now, for whoever comes too late, twice, or with an old link. */
function standing(
  reply: FastifyReply,
  status: number,
  order: OrderView,
  speech: Speech,
  obstacle: 'used' | 'tooLate' | 'expired',
): FastifyReply {
  const { words, reader } = speech;
  return sendPage(reply, status, {
    language: reader.language,
    title: words.state[order.status],
    paragraphs: [words[obstacle]],
    facts: factsOf(order, speech),
    form: null,
  });
}

/** Offered for a delay. */
const DAYS = [1, 2, 3, 5, 7, 14, 21, 30];
const USUAL_DAYS = 7;

function formOf(action: OrderAction, { words }: Speech): string {
  const option = (days: number) =>
    `<option value="${days}"${days === USUAL_DAYS ? ' selected' : ''}>${words.daysChoice(days)}</option>`;
  const fields =
    action === 'delay'
      ? `<label for="days">${words.days}</label><select id="days" name="days">${DAYS.map(option).join('')}</select>`
      : action === 'have'
        ? `<label for="quantity">${words.spares}</label><input id="quantity" name="quantity" type="number" inputmode="numeric" min="0" max="${MAX_SPARES}" step="1" value="1" required>`
        : '';
  return `<form method="post">${fields}<div><button>${words.button[action]}</button></div></form>`;
}

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const FIELDS = {
  delay: z.object({ days: whole(1, MAX_DELAY_DAYS) }),
  have: z.object({ quantity: whole(0, MAX_SPARES) }),
};

function actFrom(action: OrderAction, body: unknown): Act | null {
  if (action === 'delay') {
    const { data } = FIELDS.delay.safeParse(body);
    return data === undefined ? null : { action, ...data };
  }
  if (action === 'have') {
    const { data } = FIELDS.have.safeParse(body);
    return data === undefined ? null : { action, ...data };
  }
  return { action };
}

/** A press that changes nothing any more; to press twice is no mistake. */
const STATUSES = { used: 200, tooLate: 409, expired: 410 } as const;

/** Used up in the transaction of the act: of two presses of the button, one acts and both are told the same. */
async function act(
  deps: IdentityDeps,
  link: OrderLink,
  token: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { database, clock, metrics } = deps;
  const { pool } = database;
  const order = await readOrderView(pool, link.subject);
  if (order === null) return invalid(request, reply);
  // For the audit log: nobody signed in, but whose order it is is known.
  request.answered = { id: order.id, customerId: order.customerId };
  const speech = speechOf(order);
  const { words, reader } = speech;
  const obstacle = await obstacleTo(deps, link, token, order);
  if (obstacle !== null) return standing(reply, STATUSES[obstacle], order, speech, obstacle);
  const wanted = actFrom(link.action, request.body);
  if (wanted === null) {
    const facts = factsOf(order, speech);
    const title = words.title[link.action];
    const form = formOf(link.action, speech);
    return sendPage(reply, 400, {
      language: reader.language,
      title,
      paragraphs: [words.badNumber],
      facts,
      form,
    });
  }
  try {
    const entered = await transactAudited(pool, async (client) => {
      const now = clock.now();
      const use = await client.query(USE, [hashLink(token), order.id, new Date(now)]);
      if (use.rowCount === 0) return null;
      return await actOnOrder(client, order.id, wanted, { actor: 'customer', reason: null }, now);
    });
    if (entered !== null) metrics.orders.inc({ status: entered });
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'wrong-status') throw error;
    const now = (await readOrderView(pool, link.subject)) ?? order;
    return standing(reply, 409, now, speech, 'tooLate');
  }
  const after = (await readOrderView(pool, link.subject)) ?? order;
  return sendPage(reply, 200, {
    language: reader.language,
    title: words.doneTitle,
    paragraphs: [words.done[link.action]],
    facts: factsOf(after, speech),
    form: null,
  });
}
