import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from '../outside/public-address.ts';
import { publicLookup } from '../outside/public-lookup.ts';
import { MAX_CALENDAR_BYTES } from './expand.ts';

export interface CalendarRequest {
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** `host:port` that may be private and plain http: of an installation's own network, or of a test. */
  readonly allowedHosts: readonly string[];
}

export type CalendarAnswer =
  | {
      readonly outcome: 'fetched';
      readonly text: string;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly outcome: 'unchanged' }
  /** One sentence for the customer; it tells nothing of the network inside. */
  | { readonly outcome: 'failed'; readonly reason: string };

const WITHIN_MS = 15_000;
const MAX_REDIRECTS = 3;
const NOT_REACHABLE = 'The address is not one of the public Internet, or cannot be reached.';
const failed = (reason: string): CalendarAnswer => ({ outcome: 'failed', reason });

/**
 * Fetches a calendar from wherever a customer says it is, which may be a trap: only https, only public
 * addresses, and the connection goes to the very address that was checked, so that a name cannot resolve
 * to another one in between. Every redirect is checked the same way.
 */
export async function fetchCalendar(request: CalendarRequest): Promise<CalendarAnswer> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  let { url } = request;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const answer = await once({ ...request, url }, signal);
    if (answer.outcome !== 'redirected') return answer;
    url = answer.to;
  }
  return failed('The address redirects too often.');
}

type Hop = CalendarAnswer | { readonly outcome: 'redirected'; readonly to: string };

function once({ url, etag, lastModified, allowedHosts }: CalendarRequest, signal: AbortSignal): Promise<Hop> {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || target.username !== '' || target.password !== '') {
    return Promise.resolve(failed('The address is not a valid one.'));
  }
  const isAllowed = allowedHosts.includes(target.host);
  if (target.protocol !== 'https:' && !(isAllowed && target.protocol === 'http:')) {
    return Promise.resolve(failed('Only addresses that begin with https:// are fetched.'));
  }
  const host = target.hostname.replace(/^\[|\]$/g, '');
  // No look-up happens for an address that is written out.
  if (!isAllowed && isIP(host) !== 0 && !isPublicAddress(host)) return Promise.resolve(failed(NOT_REACHABLE));
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done) => {
    const headers = {
      accept: 'text/calendar, text/plain;q=0.5',
      'accept-encoding': 'identity',
      'user-agent': 'neverout-calendar',
      ...(etag === null ? {} : { 'if-none-match': etag }),
      ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
    };
    const options = { agent: false, headers, signal, ...(isAllowed ? {} : { lookup: publicLookup }) };
    const call = send(target, options, (response) => {
      const { statusCode: status = 0 } = response;
      const { location } = response.headers;
      const give = (answer: Hop): void => {
        done(answer);
        response.destroy();
      };
      if (status === 304) return give({ outcome: 'unchanged' });
      if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, target.href)) {
        return give({ outcome: 'redirected', to: new URL(location, target).href });
      }
      if (status !== 200) return give(failed(`The server of the calendar answers ${status}.`));
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_CALENDAR_BYTES) {
          return give(failed(`The calendar is larger than ${MAX_CALENDAR_BYTES} bytes.`));
        }
        chunks.push(chunk);
      });
      response.on('end', () =>
        done({
          outcome: 'fetched',
          text: Buffer.concat(chunks).toString('utf8'),
          etag: response.headers.etag ?? null,
          lastModified: response.headers['last-modified'] ?? null,
        }),
      );
      response.on('error', () => done(failed('The server of the calendar broke off.')));
    });
    call.on('error', () =>
      done(failed(signal.aborted ? 'The server of the calendar takes too long.' : NOT_REACHABLE)),
    );
    call.end();
  });
}
