import { DETAILS, type MessageKind } from '../../../contracts/messages/details.ts';
import { ENGLISH } from './english.ts';
import { GERMAN } from './german.ts';
import type { Reader } from './reader.ts';
import type { Language, Words } from './words.ts';

const LANGUAGES: Readonly<Record<Reader['language'], Language>> = { en: ENGLISH, de: GERMAN };

export const languageFor = ({ language }: Reader): Language => LANGUAGES[language];

const isKind = (kind: string): kind is MessageKind => Object.hasOwn(DETAILS, kind);

/** A message as it is stored, in its reader's language. */
export function speak(kind: string, detail: unknown, reader: Reader): Words {
  if (isKind(kind)) {
    const facts = DETAILS[kind].safeParse(detail);
    if (facts.success) {
      // The facts were read by the schema of their own kind; the compiler cannot carry that through the table.
      const say = languageFor(reader).kinds[kind] as (facts: unknown, reader: Reader) => Words;
      return say(facts.data, reader);
    }
  }
  // Written before messages had facts: they have their English text and nothing else.
  const text = typeof detail === 'object' && detail !== null && 'text' in detail ? String(detail.text) : '';
  return { subject: 'Neverout', paragraphs: text === '' ? [] : [text] };
}
