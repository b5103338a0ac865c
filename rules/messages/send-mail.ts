import { type Mail, refusalOf } from '../../platform/mail/mailer.ts';
import { composeMail } from './compose-mail.ts';
import type { MessageDeps, Outcome } from './deps.ts';
import { type Delivery, staffAddresses } from './load-delivery.ts';

/** A server that is away is asked again by one mail after this, not by each that waits. */
const AWAY_MS = 60_000;
/** By mailer: when it was last found away. */
const away = new WeakMap<MessageDeps['mailer'], number>();

/** Hands a mail over; what is wrong with the server or the connection is worth another try. */
export async function handOver({ mailer, clock }: MessageDeps, mail: Mail): Promise<Outcome> {
  const now = clock.now();
  const since = away.get(mailer);
  if (since !== undefined && now >= since && now < since + AWAY_MS) {
    return { outcome: 'later', reason: 'The mail server is away.' };
  }
  try {
    await mailer.send(mail);
    away.delete(mailer);
    return { outcome: 'sent' };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== null) return { outcome: 'failed', reason: refusal };
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (!isAboutOneMail(error)) away.set(mailer, now);
    // The message of an error can quote what was sent; its code cannot.
    return { outcome: 'later', reason: `The mail server did not take it (${code}).` };
  }
}

/** It answered, and would take others. */
const isAboutOneMail = (error: unknown): boolean =>
  error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number';

export async function sendMail(deps: MessageDeps, delivery: Delivery): Promise<Outcome> {
  const { kind, detail, customer } = delivery;
  const named = kind === 'withdrawal-acknowledgement' ? detail['to'] : undefined;
  const addresses = customer?.addresses ?? (await staffAddresses(deps.database.pool));
  const to = typeof named === 'string' ? [named] : addresses;
  if (to.length === 0) return { outcome: 'failed', reason: 'There is no address to send it to.' };
  return await handOver(deps, composeMail(deps, delivery, to));
}
