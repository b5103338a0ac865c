import type { Mailer } from '../../platform/mail/mailer.ts';
import type { Links } from '../../platform/messages/links.ts';
import type { RulesDeps } from '../deps.ts';

/** What messages go out through. */
export interface MessageDeps extends RulesDeps {
  readonly mailer: Mailer;
  readonly links: Links;
  readonly secret: string;
  /** Where people reach the installation, without a slash at the end. */
  readonly publicUrl: string;
}

/** What became of an attempt. */
export type Outcome =
  | { readonly outcome: 'sent' }
  /** May work later. */
  | { readonly outcome: 'later'; readonly reason: string }
  /** Never will. */
  | { readonly outcome: 'failed'; readonly reason: string }
  /** No longer worth sending. */
  | { readonly outcome: 'suppressed'; readonly reason: string };
