import { MIN_PASSWORD_LENGTH } from '../../contracts/http/auth.ts';
import type { Language } from '../../core/phrases/phrase.ts';

/** What the pages behind links in mails about accounts say, in one language. */
interface AccountPageWords {
  readonly verify: { readonly title: string; readonly text: string; readonly button: string };
  readonly verified: string;
  readonly reset: {
    readonly title: string;
    readonly text: string;
    readonly label: string;
    readonly button: string;
  };
  readonly passwordSet: string;
  readonly next: string;
  readonly signIn: string;
  readonly incompleteTitle: string;
  readonly incomplete: string;
  readonly failedTitle: string;
  readonly missing: string;
  readonly again: string;
}

export const ACCOUNT_PAGES: Readonly<Record<Language, AccountPageWords>> = {
  en: {
    verify: {
      title: 'Confirm your address',
      text: 'Press the button, and this address is yours to sign in with.',
      button: 'Confirm',
    },
    verified: 'Your address is confirmed',
    reset: {
      title: 'Choose a password',
      text: 'It replaces the one before, and signs you out everywhere.',
      label: `New password, at least ${MIN_PASSWORD_LENGTH} characters`,
      button: 'Set password',
    },
    passwordSet: 'Your password is set',
    next: 'You can sign in now.',
    signIn: 'To sign-in',
    incompleteTitle: 'The link is incomplete',
    incomplete: 'Copy all of it from the mail, or ask for a new mail when you sign in.',
    failedTitle: 'That did not work',
    missing: 'Something is missing.',
    again: 'Ask for a new mail when you sign in.',
  },
  de: {
    verify: {
      title: 'Bestätigen Sie Ihre Adresse',
      text: 'Ein Druck auf die Taste, und Sie können sich mit dieser Adresse anmelden.',
      button: 'Bestätigen',
    },
    verified: 'Ihre Adresse ist bestätigt',
    reset: {
      title: 'Wählen Sie ein Passwort',
      text: 'Es ersetzt das bisherige und meldet Sie überall ab.',
      label: `Neues Passwort, mindestens ${MIN_PASSWORD_LENGTH} Zeichen`,
      button: 'Passwort setzen',
    },
    passwordSet: 'Ihr Passwort ist gesetzt',
    next: 'Sie können sich jetzt anmelden.',
    signIn: 'Zur Anmeldung',
    incompleteTitle: 'Der Link ist unvollständig',
    incomplete: 'Kopieren Sie ihn ganz aus der Mail, oder fordern Sie beim Anmelden eine neue Mail an.',
    failedTitle: 'Das hat nicht geklappt',
    missing: 'Etwas fehlt.',
    again: 'Fordern Sie beim Anmelden eine neue Mail an.',
  },
};
