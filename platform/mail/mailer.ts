/** One mail. Nothing in it is loaded from elsewhere. */
export interface Mail {
  readonly to: string | readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** Without angle brackets: the same mail tried again keeps its id, so that a mail program shows it once. */
  readonly messageId?: string;
  /** Ids that it belongs to: mail programs show them as one conversation. */
  readonly references?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly { readonly filename: string; readonly content: string }[];
}

/** Resolves when the mail is handed over, rejects when it could not be. */
export interface Mailer {
  readonly send: (mail: Mail) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What nodemailer says of a failure. */
interface Failure {
  readonly responseCode?: unknown;
  readonly command?: unknown;
  readonly rejectedErrors?: readonly { readonly responseCode?: unknown }[];
}

/** Commands after which a refusal is about this mail or its receiver, and not about the server or our account. */
const ABOUT_THE_MAIL: ReadonlySet<unknown> = new Set(['RCPT TO', 'DATA']);

/**
 * Whether the server refused the mail for good (RFC 5321 §4.2.1: 5yz), so that trying again is useless; its answer,
 * or null.
 */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { responseCode, command, rejectedErrors } = error as Failure;
  if (!ABOUT_THE_MAIL.has(command)) return null;
  // Of several receivers each has an answer of its own.
  const codes = rejectedErrors?.map((rejected) => rejected.responseCode) ?? [responseCode];
  const isFinal = codes.every((code) => typeof code === 'number' && code >= 500);
  return isFinal ? `The mail server refused it (${codes.join(', ')}).` : null;
}
