import type { Config } from './config.ts';

/**
 * Where people reach the installation, without a slash at the end. Never taken from a request: a link in a mail
 * must not lead where a stranger's Host header points. Without PUBLIC_URL the installation is one machine's, and
 * its owner reads mails there.
 */
export const publicUrlOf = ({ PUBLIC_URL, HTTP_PORT }: Config): string =>
  PUBLIC_URL === undefined ? `http://localhost:${HTTP_PORT}` : PUBLIC_URL.replace(/\/+$/, '');
