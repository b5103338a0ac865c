import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Clock } from '../clock.ts';
import type { Mailer } from './mailer.ts';
import { toNodemailer } from './to-nodemailer.ts';

/**
 * Writes each mail as a file that any mail program opens (RFC 5322), named by its time: what an
 * installation without a mail server has instead, so that its owner can read the links.
 */
export function folderMailer(folder: string, from: string, clock: Clock): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' }, { from });
  return {
    send: async (mail) => {
      const date = new Date(clock.now());
      const { message } = await transport.sendMail({ ...toNodemailer(mail), date });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const name = `${date.toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}.eml`;
      // Written apart and renamed: whoever watches the folder never reads half a mail.
      const draft = join(folder, `.${name}`);
      await writeFile(draft, message as Buffer, { mode: 0o600 });
      await rename(draft, join(folder, name));
    },
    close: () => Promise.resolve(),
  };
}
