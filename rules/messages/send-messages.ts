import type { RulesDeps } from '../deps.ts';
import type { Due } from '../due.ts';
import { deliverDue } from './due-deliveries.ts';
import { fanOut } from './fan-out.ts';
import { sendDueMails } from './send-sealed-mail.ts';

/** Makes and sends what is due of messages and of mails of accounts; returns how many there were. */
export async function sendMessages(
  deps: RulesDeps,
  { messages, deliveries, mails }: Pick<Due, 'messages' | 'deliveries' | 'mails'>,
): Promise<number> {
  const made = messages ? await fanOut(deps) : 0;
  const sent = deliveries || made > 0 ? await deliverDue(deps) : 0;
  return made + sent + (mails ? await sendDueMails(deps) : 0);
}
