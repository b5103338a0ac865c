import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config.ts';
import { mailQueue } from '../../platform/mail/mail-queue.ts';
import { openMailer } from '../../platform/mail/open-mailer.ts';
import { publicUrlOf } from '../../platform/public-url.ts';
import type { ApiDeps } from '../http/deps.ts';
import { Attempts } from './attempts.ts';
import { buildAuth } from './better-auth.ts';
import type { IdentityDeps } from './deps.ts';
import { innerAuth } from './inner.ts';
import { deriveKeys } from './keys.ts';
import { signInLimits } from './limits.ts';

/**
 * Everything about sign-in. Without AUTH_SECRET its keys live as long as this process: good for a
 * throw-away platform; the composition root gives a lasting one.
 */
export function openIdentity(deps: ApiDeps): IdentityDeps {
  const { database, clock, config, log } = deps;
  const secret = config.AUTH_SECRET ?? randomBytes(32).toString('base64url');
  const keys = deriveKeys(secret);
  const publicUrl = publicUrlOf(config);
  const { pool } = database;
  const mail = mailQueue({ pool, clock, log, mailer: openMailer(config, clock), secret });
  const auth = buildAuth({ database, log, mail, secret: keys.sessions, publicUrl });
  const attempts = new Attempts(database.pool, clock, keys.attempts);
  const inner = innerAuth(auth, database, publicUrl);
  return {
    ...deps,
    auth,
    inner,
    attempts,
    limits: signInLimits(attempts),
    mail,
    keys,
    linkSecret: secret,
    publicUrl,
  };
}

/**
 * Pages of this installation: those of PUBLIC_URL; without it, those of the very address that the request
 * went to, so that it works at every address of a home network. A foreign page's request carries our Host
 * but its own Origin.
 */
export function isOwnOrigin({ PUBLIC_URL }: Config, { headers }: FastifyRequest, origin: string): boolean {
  if (PUBLIC_URL !== undefined) return origin === new URL(PUBLIC_URL).origin;
  return origin === `http://${headers.host}` || origin === `https://${headers.host}`;
}
