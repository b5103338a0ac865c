import { prepared } from '../../platform/prepared.ts';
import type { RulesDeps } from '../deps.ts';
import { deliverDue } from './due-deliveries.ts';
import { fanOut } from './fan-out.ts';
import { sendDueMails } from './send-sealed-mail.ts';

/** One statement tells whether there is anything to do at all: most sweeps find nothing. */
const DUE = prepared(`
  SELECT EXISTS (SELECT FROM message WHERE due_at <= $1) AS messages,
    EXISTS (SELECT FROM message_delivery WHERE due_at <= $1) AS deliveries,
    EXISTS (SELECT FROM sealed_mail WHERE due_at <= $1) AS mails`);

interface Due {
  readonly messages: boolean;
  readonly deliveries: boolean;
  readonly mails: boolean;
}

/** Makes and sends what is due of messages and of mails of accounts; returns how many there were. */
export async function sendMessages(deps: RulesDeps): Promise<number> {
  const { rows } = await deps.database.pool.query<Due>(DUE, [new Date(deps.clock.now())]);
  const { messages = false, deliveries = false, mails = false } = rows[0] ?? {};
  const made = messages ? await fanOut(deps) : 0;
  const sent = deliveries || made > 0 ? await deliverDue(deps) : 0;
  return made + sent + (mails ? await sendDueMails(deps) : 0);
}
