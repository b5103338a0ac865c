import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { folderMailer } from './folder-mailer.ts';
import type { Mailer } from './mailer.ts';
import { smtpMailer } from './smtp-mailer.ts';

/** Folder below the data folder where mails are written when there is no mail server. */
const OUTBOX = 'mail';

/** The mailer that the settings ask for. */
export function openMailer(config: Config, clock: Clock): Mailer {
  return config.SMTP_URL === undefined
    ? folderMailer(join(config.NEVEROUT_DATA, OUTBOX), config.MAIL_FROM, clock)
    : smtpMailer(config.SMTP_URL, config.MAIL_FROM);
}
