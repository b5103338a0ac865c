import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../contracts/http/auth.ts';
import { escapeHtml } from '../../platform/messages/words/html.ts';
import type { Api } from '../http/deps.ts';
import { takesForms } from '../http/forms.ts';
import { readerLanguage } from '../http/language.ts';
import { sendPage } from '../http/page.ts';
import { ApiProblem } from '../http/problem.ts';
import type { IdentityDeps } from './deps.ts';
import { ACCOUNT_PAGES } from './page-words.ts';

/** What the links in mails about accounts open, in the reader's language. */
const TOKEN = z.object({ token: z.string().min(1).max(2000) });
const PASSWORD = TOKEN.extend({ newPassword: z.string().max(1000) });

const form = (action: string, token: string, fields: string, button: string): string =>
  `<form method="post" action="/account/${action}"><input type="hidden" name="token" value="${escapeHtml(token)}">
${fields}<button>${button}</button></form>`;

const passwordField = (label: string): string => `<label for="new-password">${label}</label>
<input id="new-password" type="password" name="newPassword" autocomplete="new-password" required minlength="${MIN_PASSWORD_LENGTH}" maxlength="${MAX_PASSWORD_LENGTH}">
`;

/** Words for whoever asks, and how to send them. */
function pageFor(request: FastifyRequest, reply: FastifyReply) {
  const language = readerLanguage(request, reply);
  const words = ACCOUNT_PAGES[language];
  const send = (status: number, title: string, text: string, after: string | null = null) =>
    sendPage(reply, status, { language, title, paragraphs: [text], facts: [], form: after });
  const toSignIn = `<p><a href="/sign-in">${words.signIn}</a></p>`;
  return {
    language,
    words,
    send,
    incomplete: () => send(400, words.incompleteTitle, words.incomplete, toSignIn),
    done: (title: string) => send(200, title, words.next, toSignIn),
    failed: (reason: string) => send(400, words.failedTitle, `${reason} ${words.again}`, toSignIn),
  };
}

const hidden = { config: { access: 'public' }, schema: { hide: true } } as const;

/** Registered in a scope of its own: nothing else takes forms. */
export function registerPages(app: Api, { inner, limits }: IdentityDeps): void {
  takesForms(app);
  app.get('/account/verify-email', hidden, (request, reply) => {
    const { words, send, incomplete } = pageFor(request, reply);
    const { success, data } = TOKEN.safeParse(request.query);
    if (!success) return incomplete();
    const { title, text, button } = words.verify;
    return send(200, title, text, form('verify-email', data.token, '', button));
  });
  app.post('/account/verify-email', { ...hidden, preHandler: limits.link }, (request, reply) =>
    act(request, reply, 'verified', async () => {
      const { token } = TOKEN.parse(request.body);
      const path = `/verify-email?token=${encodeURIComponent(token)}`;
      await inner.call(request, reply, { method: 'GET', path });
    }),
  );
  app.get('/account/reset-password', hidden, (request, reply) => {
    const { words, send, incomplete } = pageFor(request, reply);
    const { success, data } = TOKEN.safeParse(request.query);
    if (!success) return incomplete();
    const { title, text, label, button } = words.reset;
    return send(200, title, text, form('reset-password', data.token, passwordField(label), button));
  });
  app.post('/account/reset-password', { ...hidden, preHandler: limits.link }, (request, reply) =>
    act(request, reply, 'passwordSet', async () => {
      const body = PASSWORD.parse(request.body);
      await inner.call(request, reply, { method: 'POST', path: '/reset-password', body });
    }),
  );
}

/** People read pages, not problem documents. */
async function act(
  request: FastifyRequest,
  reply: FastifyReply,
  done: 'verified' | 'passwordSet',
  work: () => Promise<void>,
): Promise<FastifyReply> {
  const page = pageFor(request, reply);
  try {
    await work();
    return page.done(page.words[done]);
  } catch (error) {
    const isRefusal =
      error instanceof z.ZodError || (error instanceof ApiProblem && error.code !== 'too-many-requests');
    if (!isRefusal) throw error;
    const reason = error instanceof ApiProblem ? error.textIn(page.language).detail : page.words.missing;
    return page.failed(reason);
  }
}
