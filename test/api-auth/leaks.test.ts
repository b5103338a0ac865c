import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { expectStatus, join, PASSWORD } from './support/people.ts';
import { expectNothingLeaked, serveApi } from './support/served-api.ts';

describe('log lines', () => {
  test('are written for every request, and hold no secret even when the request fails inside', async () => {
    const api = await serveApi();
    const browser = await join(api, 'ada@example.org');
    await api.database.pool.query('ALTER TABLE auth_session RENAME TO auth_session_away');
    await expectStatus(browser.get('/v1/me'), 500);
    await expectStatus(
      browser.post('/v1/auth/sign-in', { email: 'ada@example.org', password: PASSWORD }),
      500,
    );
    await api.database.pool.query('ALTER TABLE auth_session_away RENAME TO auth_session');
    expect(api.logged()).toContain('/v1/auth/sign-in');
    expect(api.logged()).toContain('a request failed');
    expect([...api.secrets]).toContain(PASSWORD);
    expect(api.secrets.size).toBeGreaterThan(4);
    // Looks through every line of this log for every secret that was sent or answered.
    await api[Symbol.asyncDispose]();
  });

  test('with a secret would be found: the search itself is tested', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk, _encoding, done) => done(void lines.push(String(chunk))),
    });
    const log = pino(destination);
    log.info({ url: '/x?token=abcdefghij' }, 'request');
    const secrets = new Set(['abcdefghij']);
    expect(() => expectNothingLeaked(lines.join(''), secrets)).toThrow('logged: abcdefghij');
    expect(() => expectNothingLeaked('', secrets)).toThrow();
  });
});
