import type { DetailOf, MessageKind } from '../../../contracts/messages/details.ts';
import type { OrderStatus } from '../../../core/types.ts';
import type { Action } from '../links.ts';
import type { Reader } from './reader.ts';

/** A message in somebody's language. */
export interface Words {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Label and value of each fact, in the order in which people ask. */
  readonly facts?: readonly (readonly [string, string])[];
  /** The most important of it for a notification: at most a line. */
  readonly brief?: string;
}

type Speaker<Kind extends MessageKind> = (detail: DetailOf<Kind>, reader: Reader) => Words;

/** Everything that messages say in one language: a missing kind does not compile. */
export interface Language {
  readonly kinds: { readonly [Kind in MessageKind]: Speaker<Kind> };
  readonly actions: Readonly<Record<Action, string>>;
  /** In the calendar of deliveries. */
  readonly feed: {
    readonly name: string;
    readonly summary: (goods: string, device: string) => string;
    readonly status: Readonly<Record<OrderStatus, string>>;
  };
  readonly frame: {
    readonly greeting: (name: string) => string;
    /** Before the links. */
    readonly choices: string;
    readonly choicesEnd: (until: string) => string;
    /** Why this mail comes. */
    readonly footer: string;
    readonly footerMandatory: string;
    readonly unsubscribe: string;
    readonly portal: string;
    readonly digestSubject: (count: number) => string;
    readonly digestIntro: string;
  };
}

/** Facts that are there, without the others. */
export const present = (
  facts: readonly (readonly [string, string | null])[],
): readonly (readonly [string, string])[] =>
  facts.flatMap(([label, value]) => (value === null || value === '' ? [] : [[label, value] as const]));
