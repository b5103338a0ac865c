import { createTransport } from 'nodemailer';
import type { Mailer } from './mailer.ts';
import { toNodemailer } from './to-nodemailer.ts';

/** A mail server that says nothing for this long counts as away. */
const TIMEOUT_MS = 15_000;

/** Sends through the mail server of `url` (smtp: with STARTTLS where it is offered, smtps: TLS from the start). */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport(
    {
      url,
      pool: true,
      // For a kept connection that the server has closed meanwhile; when to try again later is the outbox's to say.
      maxRequeues: 1,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // Mails are made of text alone: nothing in them may name a file or an address to fetch.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    send: async (mail) => {
      await transport.sendMail(toNodemailer(mail));
    },
    close: () => {
      transport.close();
      return Promise.resolve();
    },
  };
}
