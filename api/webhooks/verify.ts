import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

export interface SignedHeaders {
  readonly 'webhook-id': string;
  /** Seconds since 1970-01-01T00:00Z. */
  readonly 'webhook-timestamp': string;
  /** Space-separated, each `v1,` and base64: a key being rotated signs twice. */
  readonly 'webhook-signature': string;
}

/** What Standard Webhooks recommends and its libraries use. */
const TOLERANCE_S = 5 * 60;

/**
 * Whether a webhook is genuine and fresh: null, or why not. The library signs, and the comparison is
 * made here: its own `verify` reads the machine's clock, whereas the platform's time comes from `now`
 * (milliseconds), which is warped in simulations.
 */
export function whyUntrusted(
  secret: string,
  headers: SignedHeaders,
  body: Buffer,
  now: number,
): string | null {
  const timestamp = Number(headers['webhook-timestamp']);
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) return 'The timestamp is not in seconds.';
  const expected = Buffer.from(
    new Webhook(secret).sign(headers['webhook-id'], new Date(timestamp * 1000), body.toString()),
  );
  const isSigned = headers['webhook-signature'].split(' ').some((signature) => {
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isSigned) return 'No signature matches.';
  if (Math.abs(now / 1000 - timestamp) > TOLERANCE_S) return 'The timestamp is more than five minutes off.';
  return null;
}
