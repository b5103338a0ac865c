import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PORTAL_ACCOUNT_PAGES, PORTAL_SEGMENTS } from '../../contracts/portal-paths.ts';
import type { ApiDeps } from '../http/deps.ts';

/** Where `npm run prepare` builds the portal to. */
const DIST = fileURLToPath(new URL('../../portal/dist', import.meta.url));
const YEAR_SECONDS = 31_536_000;
const hidden = { config: { access: 'public' }, schema: { hide: true } } as const;

/** Files beside index.html: their names carry no hash, so browsers ask whether they changed. */
const ROOT_FILES = ['favicon.svg', 'manifest.webmanifest', 'scheme.js', 'sw.js'] as const;

/**
 * The portal from the API's own server: hashed files for ever, the page itself never from a cache, because each
 * response has a nonce of its own. Answers false when the portal was not built; then only the API is served.
 */
export async function servePortal(app: FastifyInstance, { log, config }: ApiDeps): Promise<boolean> {
  const page = await readFile(`${DIST}/index.html`, 'utf8').catch(() => null);
  if (page === null) {
    log.warn('The portal is not built (npm run prepare): only the API is served.');
    return false;
  }
  await app.register(fastifyStatic, {
    root: `${DIST}/assets`,
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: YEAR_SECONDS * 1000,
    index: false,
    decorateReply: true,
  });
  for (const file of ROOT_FILES) {
    app.get(`/${file}`, hidden, (_request, reply) =>
      reply.sendFile(file, DIST, { immutable: false, maxAge: 0, cacheControl: true }),
    );
  }
  const isHttps = config.PUBLIC_URL?.startsWith('https:') === true;
  const send = (reply: FastifyReply): FastifyReply => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-security-policy', policy(nonce, isHttps))
      .header('permissions-policy', 'camera=(self), microphone=(), geolocation=(), payment=()')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page.replaceAll('__CSP_NONCE__', nonce));
  };
  for (const segment of PORTAL_SEGMENTS) {
    app.get(`/${segment}`, hidden, (_request, reply) => send(reply));
    if (segment !== '') app.get(`/${segment}/*`, hidden, (_request, reply) => send(reply));
  }
  for (const name of PORTAL_ACCOUNT_PAGES)
    app.get(`/account/${name}`, hidden, (_request, reply) => send(reply));
  return true;
}

/**
 * Scripts from here only, none inline. Styles from here and from elements with the nonce, which the component
 * library fills; style attributes are not allowed (React sets styles through the CSSOM, which is no attribute).
 */
const policy = (nonce: string, isHttps: boolean): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "script-src-attr 'none'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'none'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "media-src 'self' blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(isHttps ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
