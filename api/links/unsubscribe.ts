import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Link } from '../../platform/messages/links.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { sendPage } from '../http/page.ts';
import { speechOf } from './order-view.ts';

interface Subject {
  readonly customerId: string;
  readonly kind: string;
  readonly language: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
}

const READ = `
  SELECT m.customer_id AS "customerId", m.kind, cu.language, cu.time_zone AS "timeZone", cu.jurisdiction
  FROM message m JOIN customer cu ON cu.id = m.customer_id WHERE m.id = $1`;
const STOP = `
  INSERT INTO message_preference (customer_id, kind, channel, enabled) VALUES ($1, $2, 'e-mail', false)
  ON CONFLICT (customer_id, kind, channel) DO UPDATE SET enabled = false`;

async function find({ database }: IdentityDeps, link: Link): Promise<Subject | null> {
  const { rows } = await database.pool.query<Subject>(READ, [link.subject]);
  return rows[0] ?? null;
}

export async function showUnsubscribe(
  deps: IdentityDeps,
  link: Link,
  _request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const subject = await find(deps, link);
  const { reader, words } = speechOf(subject ?? { language: 'en', timeZone: 'UTC', jurisdiction: '' });
  const page = { language: reader.language, facts: [] };
  if (subject === null || link.expiresAt <= deps.clock.now()) {
    return sendPage(reply, 410, {
      ...page,
      title: words.invalidTitle,
      paragraphs: [words.expired],
      form: null,
    });
  }
  const form = `<form method="post"><div><button>${words.button.unsubscribe}</button></div></form>`;
  const { unsubscribe: title } = words.title;
  return sendPage(reply, 200, { ...page, title, paragraphs: [words.effect.unsubscribe], form });
}

/** By the button of the page, or by one click in the mail program (RFC 8058): both post here. Again changes nothing. */
export async function unsubscribe(
  deps: IdentityDeps,
  link: Link,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const subject = await find(deps, link);
  if (subject === null || link.expiresAt <= deps.clock.now()) {
    return await showUnsubscribe(deps, link, request, reply);
  }
  const { customerId, kind } = subject;
  request.answered = { id: link.subject, customerId };
  await deps.database.pool.query(STOP, [customerId, kind]);
  const { reader, words } = speechOf(subject);
  const { language } = reader;
  const paragraphs = [words.done.unsubscribe];
  return sendPage(reply, 200, { language, title: words.doneTitle, paragraphs, facts: [], form: null });
}
