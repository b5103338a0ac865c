import type { Mail } from '../../platform/mail/mailer.ts';

type Language = 'en' | 'de';
export interface Recipient {
  readonly email: string;
  readonly name: string;
  readonly language?: string | null | undefined;
}
interface Text {
  readonly subject: string;
  /** Paragraphs before and after the link. */
  readonly before: string;
  readonly after: string;
}

const VERIFY: Readonly<Record<Language, Text>> = {
  en: {
    subject: 'Confirm your e-mail address',
    before: 'somebody, hopefully you, signed up with this address. Confirm it here:',
    after:
      'The link works for one day. If it was not you, ignore this mail: without the link nothing happens.',
  },
  de: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    before: 'jemand, hoffentlich Sie, hat sich mit dieser Adresse angemeldet. Bestätigen Sie sie hier:',
    after:
      'Der Link gilt einen Tag. Wenn Sie das nicht waren, tun Sie nichts: ohne den Link geschieht nichts weiter.',
  },
};
const RESET: Readonly<Record<Language, Text>> = {
  en: {
    subject: 'Choose a password',
    before: 'choose a new password here:',
    after:
      'The link works once and for one hour. If you did not ask for it, ignore this mail; your password stays.',
  },
  de: {
    subject: 'Passwort wählen',
    before: 'hier wählen Sie ein neues Passwort:',
    after:
      'Der Link gilt einmal und eine Stunde lang. Wenn Sie nicht darum gebeten haben, tun Sie nichts; Ihr Passwort bleibt.',
  },
};
const KNOWN: Readonly<Record<Language, Text>> = {
  en: {
    subject: 'You have an account already',
    before:
      'somebody, hopefully you, wanted to sign up with this address, which has an account already. If you forgot its password, or somebody else chose it, choose your own here:',
    after: 'The link works once and for one hour. If it was not you, ignore this mail: nothing has changed.',
  },
  de: {
    subject: 'Sie haben bereits ein Konto',
    before:
      'jemand, hoffentlich Sie, wollte sich mit dieser Adresse anmelden; für sie gibt es bereits ein Konto. Wenn Sie das Passwort vergessen haben oder jemand anders es gewählt hat, wählen Sie hier Ihr eigenes:',
    after:
      'Der Link gilt einmal und eine Stunde lang. Wenn Sie das nicht waren, tun Sie nichts: es hat sich nichts geändert.',
  },
};
const INVITE: Readonly<Record<Language, Text>> = {
  en: {
    subject: 'You are invited to {customer}',
    before:
      'you are invited to look after the devices of {customer}. Sign in or sign up with this address, here:',
    after: 'The invitation works once and for seven days.',
  },
  de: {
    subject: 'Einladung zu {customer}',
    before:
      'Sie sind eingeladen, sich um die Geräte von {customer} zu kümmern. Melden Sie sich hier mit dieser Adresse an:',
    after: 'Die Einladung gilt einmal und sieben Tage lang.',
  },
};
const APP_REMOVED: Readonly<Record<Language, Text>> = {
  en: {
    subject: 'Your authenticator app was removed',
    before:
      'the authenticator app of your account was switched off, and its backup codes are good no more: from now on the password alone signs in. If it was not you, somebody knows your password. Choose a new one here:',
    after: 'If it was you, there is nothing to do.',
  },
  de: {
    subject: 'Ihre Authenticator-App wurde entfernt',
    before:
      'die Authenticator-App Ihres Kontos wurde ausgeschaltet, und ihre Ersatzcodes gelten nicht mehr: Ab jetzt genügt das Passwort allein. Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Wählen Sie hier ein neues:',
    after: 'Wenn Sie es waren, ist nichts weiter zu tun.',
  },
};

export const verifyMail = (to: Recipient, link: string): Mail => compose(VERIFY, to, link, {});
export const resetMail = (to: Recipient, link: string): Mail => compose(RESET, to, link, {});
export const knownMail = (to: Recipient, link: string): Mail => compose(KNOWN, to, link, {});
export const appRemovedMail = (to: Recipient, link: string): Mail => compose(APP_REMOVED, to, link, {});
export const invitationMail = (to: Recipient, link: string, customer: string): Mail =>
  compose(INVITE, to, link, { customer });

function compose(
  texts: Readonly<Record<Language, Text>>,
  { email, name, language }: Recipient,
  link: string,
  values: Readonly<Record<string, string>>,
): Mail {
  const spoken: Language = language === 'de' ? 'de' : 'en';
  const greeting = spoken === 'de' ? 'Guten Tag' : 'Hello';
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_match, key: string) => oneLine(values[key] ?? ''));
  const { subject, before, after } = texts[spoken];
  const salutation = name === '' ? `${greeting},` : `${greeting} ${oneLine(name)},`;
  const text = [salutation, fill(before), link, fill(after), 'Neverout'].join('\n\n');
  return { to: email, subject: fill(subject), text: `${text}\n` };
}

/** Names are what people typed: they must not look like a link or a line of ours. */
const oneLine = (text: string): string => text.replace(/[\s:/]+/g, ' ').slice(0, 80);
