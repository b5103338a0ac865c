import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { invitationMail, resetMail } from '../../api/auth/mails.ts';
import { ManualClock } from '../../platform/clock.ts';
import { parseConfig } from '../../platform/config.ts';
import { folderMailer } from '../../platform/mail/folder-mailer.ts';
import { mailQueue } from '../../platform/mail/mail-queue.ts';
import type { Mailer } from '../../platform/mail/mailer.ts';
import { unseal } from '../../platform/mail/sealed-mails.ts';
import { smtpMailer } from '../../platform/mail/smtp-mailer.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { buildRules } from '../../rules/build-rules.ts';
import { createTestDatabase } from '../support/database.ts';
import { silentLog } from '../support/log.ts';

const NOW = Date.UTC(2026, 10, 21, 10);
const FROM = 'Neverout <shop@example.org>';
const MAIL = {
  to: 'ada@example.org',
  subject: 'Grüße',
  text: 'Hello Ada,\n\nhttp://localhost/x?token=abc\n',
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Enough of RFC 5321 to take mails; the first `failures` are told to come back later. */
async function smtpServer(failures = 0): Promise<{ url: string; mails: string[] }> {
  const mails: string[] = [];
  let left = failures;
  const serve = (socket: Socket) => {
    let input = '';
    let data: string | null = null;
    const say = (line: string) => socket.write(`${line}\r\n`);
    const command = (line: string) => {
      if (/^(EHLO|HELO)/i.test(line)) return say('250 mail.example');
      if (/^MAIL FROM/i.test(line) && left > 0) {
        left -= 1;
        return say('451 later');
      }
      if (/^DATA/i.test(line)) {
        data = '';
        return say('354 go on');
      }
      if (/^QUIT/i.test(line)) return socket.end('221 bye\r\n');
      return say('250 ok');
    };
    say('220 mail.example');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      input += chunk.toString();
      for (let end = input.indexOf('\r\n'); end >= 0; end = input.indexOf('\r\n')) {
        const line = input.slice(0, end);
        input = input.slice(end + 2);
        if (data === null) command(line);
        else if (line === '.') {
          mails.push(data);
          data = null;
          say('250 taken');
        } else data += `${line}\n`;
      }
    });
  };
  const server: Server = createServer(serve);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => new Promise((done) => server.close(done)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return { url: `smtp://127.0.0.1:${address.port}`, mails };
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'neverout-mail-'));
  closing.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** Both hand over the same mail. */
const ADAPTERS: Readonly<Record<string, () => Promise<{ mailer: Mailer; taken: () => Promise<string[]> }>>> =
  {
    'a mail server': async () => {
      const { url, mails } = await smtpServer();
      return { mailer: smtpMailer(url, FROM), taken: () => Promise.resolve(mails) };
    },
    'a folder': async () => {
      const path = join(await folder(), 'mail');
      const taken = async () => {
        const files = (await readdir(path)).toSorted();
        return await Promise.all(files.map((file) => readFile(join(path, file), 'utf8')));
      };
      return { mailer: folderMailer(path, FROM, new ManualClock(NOW)), taken };
    },
  };

describe.each(Object.entries(ADAPTERS))('mails through %s', (_name, open) => {
  test('arrive with sender, address, subject and text, and with nothing slipped in', async () => {
    const { mailer, taken } = await open();
    await mailer.send(MAIL);
    await mailer.send({ ...MAIL, subject: 'a\r\nBcc: evil@example.org' });
    await mailer.close();
    const [mail = '', injected = ''] = (await taken()).toSorted(
      (a, b) => Number(a.includes('evil')) - Number(b.includes('evil')),
    );
    expect(mail).toContain(`From: ${FROM}`);
    expect(mail).toContain('To: ada@example.org');
    expect(mail).toMatch(/Subject: =\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?=/);
    expect(mail).toContain('text/plain; charset=utf-8');
    expect(mail).toContain('Hello Ada,');
    expect(injected).not.toMatch(/^Bcc:/m);
  });
});

describe('the folder', () => {
  test('keeps mails for its owner alone, whole or not at all', async () => {
    const path = join(await folder(), 'mail');
    const mailer = folderMailer(path, FROM, new ManualClock(NOW));
    await Promise.all([1, 2, 3].map(() => mailer.send(MAIL)));
    const files = await readdir(path);
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect(file).toMatch(/^2026-11-21T10-00-00\.000Z-[0-9a-f]{8}\.eml$/);
      expect((await stat(join(path, file))).mode & 0o077).toBe(0);
    }
  });
});

describe('the queue', () => {
  const secret = 'a secret of the tests, 32 bytes or more';
  const HOUR_MS = 3_600_000;
  const open = async (mailer: Mailer, log = silentLog) => {
    const database = await createTestDatabase(NOW);
    closing.push(async () => {
      await database[Symbol.asyncDispose]();
    });
    const clock = new ManualClock(NOW);
    const queue = mailQueue({ pool: database.pool, clock, log, mailer, secret });
    const kept = async () => (await database.pool.query('SELECT * FROM sealed_mail')).rows;
    return { database, clock, queue, kept };
  };

  test('answers at once, and keeps nothing of what was sent', async () => {
    const { url, mails } = await smtpServer();
    const { queue, kept } = await open(smtpMailer(url, FROM));
    queue.send(MAIL, HOUR_MS);
    expect(mails).toEqual([]);
    await queue.settled();
    expect(mails).toHaveLength(1);
    expect(await kept()).toEqual([]);
    await queue.close();
  });

  test('what the server takes only later is kept encrypted, and sent by the rules service', async () => {
    const { url, mails } = await smtpServer(1);
    const { database, clock, queue, kept } = await open(smtpMailer(url, FROM));
    queue.send(MAIL, HOUR_MS);
    await queue.close();
    expect(mails).toEqual([]);
    const [row] = await kept();
    expect(row.sealed.toString('latin1')).not.toMatch(/ada|token|abc/);
    expect(unseal(secret, row.sealed)).toEqual(MAIL);
    expect(() => unseal('another secret of 32 bytes or more', row.sealed)).toThrow();
    const config = parseConfig({ SMTP_URL: url, AUTH_SECRET: secret });
    const rules = await buildRules({ database, clock, config, log: silentLog, metrics: createMetrics() });
    closing.push(rules.close);
    await rules.drain();
    expect(mails).toEqual([]);
    clock.advanceTo(NOW + 120_000);
    await rules.drain();
    expect(mails).toHaveLength(1);
    expect(await kept()).toEqual([]);
    await rules.drain();
    expect(mails).toHaveLength(1);
  });

  test('what opens nothing any more is not sent, and logs tell neither address nor text', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
    const failing: Mailer = {
      send: ({ to, text }) =>
        Promise.reject(Object.assign(new Error(`451 not now ${to}: ${text}`), { code: 'EENVELOPE' })),
      close: () => Promise.resolve(),
    };
    const { database, clock, queue, kept } = await open(failing, log);
    queue.send(MAIL, HOUR_MS);
    await queue.close();
    const { url, mails } = await smtpServer();
    const config = parseConfig({ SMTP_URL: url, AUTH_SECRET: secret });
    const rules = await buildRules({ database, clock, config, log, metrics: createMetrics() });
    closing.push(rules.close);
    clock.advanceTo(NOW + HOUR_MS);
    await rules.drain();
    expect(mails).toEqual([]);
    expect(await kept()).toEqual([]);
    expect(lines.join('')).toContain('EENVELOPE');
    expect(lines.join('')).not.toMatch(/ada@|token=abc/);
  });
});

describe('what a mail says', () => {
  test('is in the language of its reader', () => {
    expect(resetMail({ email: 'a@example.org', name: 'Ada', language: 'de' }, 'http://x').text).toContain(
      'Guten Tag Ada,',
    );
    expect(resetMail({ email: 'a@example.org', name: 'Ada', language: 'fr' }, 'http://x').text).toContain(
      'Hello Ada,',
    );
  });

  test('shows no link but ours, whatever people call themselves', () => {
    const evil = 'win\nhttps://evil.example/now';
    const { text, subject } = invitationMail(
      { email: 'a@example.org', name: evil },
      'https://own.example/x',
      evil,
    );
    expect(text.match(/https?:\/\/\S+/g)).toEqual(['https://own.example/x']);
    expect(subject).not.toMatch(/\n|:\/\//);
  });
});
