import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';
import { publicLookup } from './public-lookup.ts';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** `host:port` that may be private and plain http: of an installation's own network, or of a test. */
  readonly allowedHosts: readonly string[];
}

export type PostAnswer =
  | { readonly outcome: 'answered'; readonly status: number }
  /** Nobody answered. One sentence, which tells nothing of the network inside. */
  | { readonly outcome: 'failed'; readonly reason: string }
  /** It may not be asked at all. */
  | { readonly outcome: 'forbidden'; readonly reason: string };

/** Standard Webhooks asks for 15 to 30 seconds. */
const WITHIN_MS = 15_000;

/** Whether an address may be posted to; null: it may. Names are resolved only when it is. */
export function forbiddenBecause(url: string, allowedHosts: readonly string[]): string | null {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || target.username !== '' || target.password !== '') {
    return 'The address is not a valid one.';
  }
  const isAllowed = allowedHosts.includes(target.host);
  if (target.protocol !== 'https:' && !(isAllowed && target.protocol === 'http:')) {
    return 'Only addresses that begin with https:// are called.';
  }
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (!isAllowed && isIP(host) !== 0 && !isPublicAddress(host)) {
    return 'The address is not one of the public Internet.';
  }
  return null;
}

/**
 * Posts to wherever somebody says, which may be a trap: only https, only public addresses, and the connection goes to
 * the very address that was checked. No redirect is followed; what is answered is not read.
 */
export function post({ url, headers, body, allowedHosts }: Post): Promise<PostAnswer> {
  const reason = forbiddenBecause(url, allowedHosts);
  if (reason !== null) return Promise.resolve({ outcome: 'forbidden', reason });
  const target = new URL(url);
  const isAllowed = allowedHosts.includes(target.host);
  const request = target.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((done) => {
    const call = request(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(WITHIN_MS),
      agent: false,
      ...(isAllowed ? {} : { lookup: publicLookup }),
    });
    call.on('response', (response) => {
      response.destroy();
      done({ outcome: 'answered', status: response.statusCode ?? 0 });
    });
    call.on('error', (error) => {
      const late = error.name === 'AbortError' || error.name === 'TimeoutError';
      const why = late ? 'It takes too long to answer.' : 'It cannot be reached.';
      done({ outcome: 'failed', reason: why });
    });
    call.end(body);
  });
}
