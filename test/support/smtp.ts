import { createServer, type Server, type Socket } from 'node:net';

export interface TestSmtp extends AsyncDisposable {
  readonly url: string;
  /** What was taken, as it came, oldest first. */
  readonly mails: string[];
  /** RCPT TO commands, also those that were refused. */
  readonly asked: string[];
  /** Answers every recipient that it matches with 550. */
  refuse: (address: string) => boolean;
  /** Connections that were made to it. */
  sessions: number;
  /** Sessions are cut before they begin, as by a server that is away. */
  isAway: boolean;
  /** Takes the mail and breaks the connection before saying so. */
  breaksAfterData: number;
}

/** Enough of RFC 5321 to take mails, on a real port. */
export async function startSmtp(): Promise<TestSmtp> {
  const sockets = new Set<Socket>();
  const smtp: Omit<TestSmtp, 'url'> = {
    mails: [],
    asked: [],
    refuse: () => false,
    sessions: 0,
    isAway: false,
    breaksAfterData: 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    smtp.sessions += 1;
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    if (smtp.isAway) socket.destroy();
    else serve(socket, smtp);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return Object.assign(smtp, { url: `smtp://127.0.0.1:${address.port}` });
}

function serve(socket: Socket, smtp: Omit<TestSmtp, 'url'>): void {
  let input = '';
  let data: string | null = null;
  const say = (line: string) => socket.write(`${line}\r\n`);
  const command = (line: string) => {
    // A pooled connection of a server that went away.
    if (smtp.isAway) return socket.destroy();
    if (/^(EHLO|HELO)/i.test(line)) return say('250 mail.example');
    const [, recipient] = /^RCPT TO:<([^>]*)>/i.exec(line) ?? [];
    if (recipient !== undefined) {
      smtp.asked.push(recipient);
      return say(smtp.refuse(recipient) ? '550 no such user' : '250 ok');
    }
    if (/^DATA/i.test(line)) {
      data = '';
      return say('354 go on');
    }
    if (/^QUIT/i.test(line)) return socket.end('221 bye\r\n');
    return say('250 ok');
  };
  const taken = () => {
    smtp.mails.push(data ?? '');
    data = null;
    if (smtp.breaksAfterData > 0) {
      smtp.breaksAfterData -= 1;
      return socket.destroy();
    }
    return say('250 taken');
  };
  say('220 mail.example');
  socket.on('data', (chunk) => {
    input += chunk.toString();
    for (let end = input.indexOf('\r\n'); end >= 0; end = input.indexOf('\r\n')) {
      const line = input.slice(0, end);
      input = input.slice(end + 2);
      if (data === null) command(line);
      else if (line === '.') taken();
      else data += `${line.replace(/^\.\./, '.')}\n`;
    }
  });
}

/** Folded headers and the quoted-printable body, undone. */
export function decodeMail(text: string): string {
  const head = text.slice(0, text.indexOf('\n\n'));
  const bytes = text
    .slice(head.length)
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return head.replaceAll(/\n[ \t]+/g, ' ') + Buffer.from(bytes, 'latin1').toString('utf8');
}
