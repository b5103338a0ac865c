import type { MessageKind } from '../../contracts/messages/details.ts';
import { KINDS } from '../../contracts/messages/kinds.ts';
import type { Mail } from '../../platform/mail/mailer.ts';
import type { Action, Link } from '../../platform/messages/links.ts';
import { type NamedLink, type Section, toHtml, toText } from '../../platform/messages/mail-layout.ts';
import { type Reader, readerOf } from '../../platform/messages/words/reader.ts';
import { languageFor, speak } from '../../platform/messages/words/speak.ts';
import type { MessageDeps } from './deps.ts';
import type { Customer, Delivery } from './load-delivery.ts';

const readerFor = (customer: Customer | null): Reader =>
  readerOf(customer ?? { language: 'en', timeZone: 'UTC' });

/** What the links of a kind let its reader do, the usual first. */
const CHOICES: Readonly<Record<string, readonly Action[]>> = {
  announcement: ['cancel', 'approve', 'delay', 'skip', 'have'],
  proposal: ['approve', 'cancel', 'skip', 'have'],
};

/** An unsubscribe link works as long as the mail may lie in a mailbox. */
const UNSUBSCRIBE_MS = 400 * 86_400_000;

function sectionOf({ links }: MessageDeps, delivery: Delivery, reader: Reader, title: boolean): Section {
  const { kind, detail, orderId, messageId } = delivery;
  const words = speak(kind, detail, reader);
  const until = kind === 'announcement' ? detail['cancelUntil'] : detail['dueAt'];
  const actions = CHOICES[kind] ?? [];
  const heading = title ? words.subject : null;
  if (orderId === null || typeof until !== 'string' || actions.length === 0) {
    return { title: heading, words, choices: null };
  }
  const { frame, actions: labels } = languageFor(reader);
  const expiresAt = Date.parse(until);
  const named = actions.map(
    (action): NamedLink => ({
      label: labels[action],
      url: links.addressOf({ action, subject: orderId, messageId, expiresAt }),
    }),
  );
  const choices = { before: frame.choices, links: named, after: frame.choicesEnd(reader.moment(until)) };
  return { title: heading, words, choices };
}

const hostOf = (from: string): string => /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';

function unsubscribeOf({ links, clock }: MessageDeps, { kind, messageId }: Delivery): string | null {
  if (KINDS[kind as MessageKind]?.mandatory !== null || KINDS[kind as MessageKind]?.audience === 'staff')
    return null;
  const link: Link = {
    action: 'unsubscribe',
    subject: messageId,
    messageId,
    expiresAt: clock.now() + UNSUBSCRIBE_MS,
  };
  return links.addressOf(link);
}

/** One message as a mail; in the same conversation as the others about its order. */
export function composeMail(deps: MessageDeps, delivery: Delivery, to: readonly string[]): Mail {
  const { customer, kind, detail, orderId, messageId } = delivery;
  const reader = readerFor(customer);
  const { frame } = languageFor(reader);
  const section = sectionOf(deps, delivery, reader, false);
  const unsubscribe = unsubscribeOf(deps, delivery);
  const host = hostOf(deps.config.MAIL_FROM);
  const content = {
    language: reader.language,
    greeting: frame.greeting(customer?.name ?? ''),
    sections: [section],
    footer: [unsubscribe === null && customer !== null ? frame.footerMandatory : frame.footer],
    footerLinks: footerLinks(deps, frame, unsubscribe),
  };
  return {
    to,
    subject: section.words.subject,
    text: toText(content),
    html: toHtml(content),
    messageId: `message-${messageId}@${host}`,
    ...(orderId === null ? {} : { references: [`order-${orderId}@${host}`] }),
    headers: headersOf(unsubscribe),
    ...(kind === 'withdrawal-acknowledgement' ? { attachments: [proofOf(detail)] } : {}),
  };
}

/** Several messages as one mail. */
export function composeDigest(deps: MessageDeps, deliveries: readonly Delivery[], customer: Customer): Mail {
  const reader = readerFor(customer);
  const { frame } = languageFor(reader);
  const sections = deliveries.map((delivery) => sectionOf(deps, delivery, reader, true));
  const content = {
    language: reader.language,
    greeting: frame.greeting(customer.name),
    sections: [
      { title: null, words: { subject: '', paragraphs: [frame.digestIntro] }, choices: null },
      ...sections,
    ],
    footer: [frame.footer],
    footerLinks: footerLinks(deps, frame, null),
  };
  return {
    to: customer.addresses,
    subject: frame.digestSubject(deliveries.length),
    text: toText(content),
    html: toHtml(content),
    messageId: `digest-${deliveries[0]?.id ?? ''}@${hostOf(deps.config.MAIL_FROM)}`,
    headers: headersOf(null),
  };
}

function footerLinks(
  { publicUrl }: MessageDeps,
  frame: ReturnType<typeof languageFor>['frame'],
  unsubscribe: string | null,
): readonly NamedLink[] {
  const portal = { label: frame.portal, url: publicUrl };
  return unsubscribe === null ? [portal] : [portal, { label: frame.unsubscribe, url: unsubscribe }];
}

/** No out-of-office note answers (RFC 3834); one click in the mail program unsubscribes (RFC 8058). */
const headersOf = (unsubscribe: string | null): Readonly<Record<string, string>> => ({
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
  ...(unsubscribe === null
    ? {}
    : { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
});

const proofOf = ({ acknowledgement, orderId }: Delivery['detail']) => ({
  filename: `withdrawal-${String(orderId)}.json`,
  content: JSON.stringify(acknowledgement, null, 2),
});
