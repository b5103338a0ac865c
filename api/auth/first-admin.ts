#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { email as emailSchema } from '../../contracts/http/auth.ts';
import { systemClock } from '../../platform/clock.ts';
import { type Config, ConfigError, parseConfig } from '../../platform/config.ts';
import { openDataFolder, readOrMakeAuthSecret } from '../../platform/data-folder.ts';
import type { Database } from '../../platform/database.ts';
import { createLog } from '../../platform/log.ts';
import { folderMailer } from '../../platform/mail/folder-mailer.ts';
import { mailQueue } from '../../platform/mail/mail-queue.ts';
import { publicUrlOf } from '../../platform/public-url.ts';
import { reachDatabase } from '../../platform/reach-database.ts';
import { StartError } from '../../platform/start-error.ts';
import { createUser, passwordLink } from '../members/new-user.ts';
import { buildAuth } from './better-auth.ts';
import { deriveKeys } from './keys.ts';

const USAGE = `Usage: npm run admin -- --email you@example.org [--name "Your name"] [--reset-second-factor]

Makes an admin, or makes an account an admin again, and prints a link that works once, for an hour, to
choose a password. --reset-second-factor removes authenticator app, passkeys and sessions, for an admin
who lost them. Whoever can run this has the data anyway.`;

const LINK_HOURS = 1;

/** A password that somebody chose for an address before it was known to be theirs opens nothing: it goes. */
const PROMOTE = `
  WITH unconfirmed AS (
    DELETE FROM auth_account a USING auth_user u WHERE u.email = $1 AND a.user_id = u.id AND NOT u.email_verified
  )
  UPDATE auth_user SET role = 'admin', disabled_at = NULL, email_verified = true WHERE email = $1 RETURNING id`;
const RESET_SECOND_FACTOR = `
  WITH app AS (DELETE FROM auth_two_factor WHERE user_id = $1), keys AS (DELETE FROM auth_passkey WHERE user_id = $1),
    sessions AS (DELETE FROM auth_session WHERE user_id = $1)
  UPDATE auth_user SET two_factor_enabled = false WHERE id = $1`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      email: { type: 'string' },
      name: { type: 'string', default: 'Admin' },
      'reset-second-factor': { type: 'boolean', default: false },
    },
  });
  const email = emailSchema.safeParse(values.email);
  if (!email.success) throw new StartError(USAGE);
  const config = parseConfig(process.env);
  const { database, close } = await reachDatabase(config);
  try {
    const { link, isNew } = await makeAdmin(config, database, {
      email: email.data,
      name: values.name,
      resetSecondFactor: values['reset-second-factor'],
    });
    // On standard output, for whoever ran the command; no log sees it.
    process.stdout.write(
      `${email.data} is ${isNew ? 'now' : 'again'} an admin. Choose a password here:\n${link}\n`,
    );
  } finally {
    await close();
  }
}

interface NewAdmin {
  readonly email: string;
  readonly name: string;
  readonly resetSecondFactor: boolean;
}

async function makeAdmin(config: Config, database: Database, { email, name, resetSecondFactor }: NewAdmin) {
  const log = createLog('error', false);
  const publicUrl = publicUrlOf(config);
  if (config.AUTH_SECRET === undefined) await openDataFolder(config.NEVEROUT_DATA);
  const secret = config.AUTH_SECRET ?? (await readOrMakeAuthSecret(config.NEVEROUT_DATA));
  const mailer = folderMailer(config.NEVEROUT_DATA, config.MAIL_FROM, systemClock);
  const mail = mailQueue({ pool: database.pool, clock: systemClock, log, mailer, secret });
  const auth = buildAuth({ database, log, mail, secret: deriveKeys(secret).sessions, publicUrl });
  const deps = { database, auth, publicUrl };
  const { rows } = await database.pool.query<{ id: string }>(PROMOTE, [email]);
  const [known] = rows;
  if (known === undefined) {
    const { link } = await createUser(deps, { email, name, role: 'admin', language: 'en' }, LINK_HOURS);
    return { link, isNew: true };
  }
  if (resetSecondFactor) await database.pool.query(RESET_SECOND_FACTOR, [known.id]);
  return { link: await passwordLink(deps, known.id, LINK_HOURS), isNew: false };
}

main().then(
  // At once: idle connections would keep the process for seconds.
  () => process.exit(0),
  (error: unknown) => {
    const isKnown = error instanceof StartError || error instanceof ConfigError;
    const text =
      error instanceof Error ? (isKnown ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  },
);
