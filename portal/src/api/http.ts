import type { Problem } from '../../../contracts/problem.ts';
import { currentLanguage } from '../i18n/i18n.ts';
import { tellPlatformTime } from './platform-time.ts';
import { ProblemError } from './problem.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

interface Options {
  readonly body?: unknown;
  readonly query?: Query | undefined;
  readonly signal?: AbortSignal | undefined;
  /** It is sent even when the page is being left. */
  readonly keepalive?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One request to the API, with the session's cookie. Answers the parsed body; throws ProblemError for every
 * refusal and when nothing answers. The caller names the shape: it comes from contracts/http.
 */
export async function call<Answer>(method: Method, path: string, options: Options = {}): Promise<Answer> {
  const response = await send(method, path, options);
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const text = await response.text();
  const answer: unknown = isJson && text !== '' ? JSON.parse(text) : null;
  if (!response.ok) throw new ProblemError(answer as Problem | null, response.status);
  return answer as Answer;
}

/** A file that the API makes, as the browser saves it. */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await send('GET', path, {});
  if (!response.ok) throw new ProblemError((await response.json()) as Problem, response.status);
  const url = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement('a'), { href: url, download: fileName });
  link.click();
  URL.revokeObjectURL(url);
}

async function send(
  method: Method,
  path: string,
  { body, query, signal, keepalive, headers: own }: Options,
): Promise<Response> {
  const headers: Record<string, string> = { 'accept-language': currentLanguage(), ...own };
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const response = await fetch(`${path}${searchOf(query)}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      ...(keepalive === undefined ? {} : { keepalive }),
    });
    tellPlatformTime(response.headers.get('neverout-time'));
    return response;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ProblemError(null, 0);
  }
}

function searchOf(query: Query = {}): string {
  const entries = Object.entries(query).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [[key, String(value)]],
  );
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
}
