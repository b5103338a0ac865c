import type { Api } from './deps.ts';

/** Lets the routes of a scope take what browsers send from forms. */
export function takesForms(app: Api): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
}
