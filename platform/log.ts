import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Members that never reach a log line, wherever they stand. */
const SECRETS = [
  'password',
  'secret',
  'token',
  'apiKey',
  'webhookSecret',
  'authorization',
  'cookie',
  'paymentReference',
];

/** JSON lines on standard error, so that standard output stays for what a command prints. */
export function createLog(level: string, pretty: boolean): Log {
  const options = {
    level,
    base: null,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[hidden]' },
  };
  if (!pretty) return pino(options, pino.destination(2));
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { destination: 2, translateTime: 'HH:MM:ss', ignore: 'pid,hostname' },
    },
  });
}
