import type { SendMailOptions } from 'nodemailer';
import type { Mail } from './mailer.ts';

/** What nodemailer is handed: addresses without names, so that nobody's name is read as an address. */
export function toNodemailer(mail: Mail): SendMailOptions {
  const { to, subject, text, html, messageId, references, headers, attachments } = mail;
  const [parent] = references ?? [];
  return {
    to: [to].flat().map((address) => ({ name: '', address })),
    subject,
    text,
    ...(html === undefined ? {} : { html }),
    ...(messageId === undefined ? {} : { messageId: `<${messageId}>` }),
    ...(parent === undefined ? {} : { inReplyTo: `<${parent}>` }),
    ...(references === undefined ? {} : { references: references.map((id) => `<${id}>`) }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(attachments === undefined ? {} : { attachments: attachments.map((file) => ({ ...file })) }),
  };
}
