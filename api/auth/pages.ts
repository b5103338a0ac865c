import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../contracts/http/auth.ts';
import type { Api } from '../http/deps.ts';
import { takesForms } from '../http/forms.ts';
import { ApiProblem } from '../http/problem.ts';
import type { IdentityDeps } from './deps.ts';

/**
 * What the links in mails open: small pages that work without JavaScript and act only when their button is
 * pressed, because mail scanners follow links.
 */
const TOKEN = z.object({ token: z.string().min(1).max(2000) });
const PASSWORD = TOKEN.extend({ newPassword: z.string().max(1000) });

/** HTML whose holes are escaped. */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Neverout</title></head>
<body><main><h1>${title}</h1>
${content}
</main></body></html>
`;

function send(reply: FastifyReply, status: number, html: string): FastifyReply {
  // Under no-referrer browsers send Origin: null from forms; the token in the address goes to ourselves only.
  return reply
    .code(status)
    .header('referrer-policy', 'same-origin')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}

const form = (action: string, token: string, fields: string, button: string): string =>
  `<form method="post" action="/account/${action}"><input type="hidden" name="token" value="${escapeHtml(token)}">
${fields}<p><button>${button}</button></p></form>`;

const PASSWORD_FIELD = `<p><label>New password, at least ${MIN_PASSWORD_LENGTH} characters<br>
<input type="password" name="newPassword" autocomplete="new-password" required minlength="${MIN_PASSWORD_LENGTH}" maxlength="${MAX_PASSWORD_LENGTH}"></label></p>
`;

const hidden = { config: { access: 'public' }, schema: { hide: true } } as const;

/** Registered in a scope of its own: nothing else takes forms. */
export function registerPages(app: Api, { inner, limits }: IdentityDeps): void {
  takesForms(app);
  app.get('/account/verify-email', hidden, ({ query }, reply) => {
    const { success, data } = TOKEN.safeParse(query);
    if (!success) return send(reply, 400, page('The link is incomplete', ''));
    return send(reply, 200, page('Confirm your address', form('verify-email', data.token, '', 'Confirm')));
  });
  app.post('/account/verify-email', { ...hidden, preHandler: limits.link }, (request, reply) =>
    act(reply, 'Your address is confirmed', async () => {
      const { token } = TOKEN.parse(request.body);
      const path = `/verify-email?token=${encodeURIComponent(token)}`;
      await inner.call(request, reply, { method: 'GET', path });
    }),
  );
  app.get('/account/reset-password', hidden, ({ query }, reply) => {
    const { success, data } = TOKEN.safeParse(query);
    if (!success) return send(reply, 400, page('The link is incomplete', ''));
    const content = form('reset-password', data.token, PASSWORD_FIELD, 'Set password');
    return send(reply, 200, page('Choose a password', content));
  });
  app.post('/account/reset-password', { ...hidden, preHandler: limits.link }, (request, reply) =>
    act(reply, 'Your password is set', async () => {
      const body = PASSWORD.parse(request.body);
      await inner.call(request, reply, { method: 'POST', path: '/reset-password', body });
    }),
  );
}

/** People read pages, not problem documents. */
async function act(reply: FastifyReply, done: string, work: () => Promise<void>): Promise<FastifyReply> {
  try {
    await work();
    return send(reply, 200, page(done, '<p>You can close this page and sign in.</p>'));
  } catch (error) {
    const isRefusal =
      error instanceof z.ZodError || (error instanceof ApiProblem && error.code !== 'too-many-requests');
    if (!isRefusal) throw error;
    const reason = error instanceof ApiProblem ? error.message : 'Something is missing.';
    return send(reply, 400, page('That did not work', `<p>${escapeHtml(reason)} Ask for a new mail.</p>`));
  }
}
