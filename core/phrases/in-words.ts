import { GERMAN } from './de.ts';
import { ENGLISH } from './en.ts';
import type { Language, Phrase, Said, Texts } from './phrase.ts';

const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, de: GERMAN };

function one([code, facts]: Phrase, texts: Texts): string {
  // A phrase's facts are those of its code; the compiler cannot carry that through the union.
  const text = texts[code] as ((facts: unknown) => string) | undefined;
  // Written by a newer version of the platform: the code still says more than nothing.
  return text === undefined ? code : text(facts);
}

/** The sentences in one language, as one text. */
export function inWords(said: Said, language: Language = 'en'): string {
  return said.map((phrase) => one(phrase, TEXTS[language])).join(' ');
}

/** Why something is as it is, as it is kept: the English text, and what it is made of. */
export const told = (...said: Phrase[]): { reason: string; said: Said } => ({ reason: inWords(said), said });

/** The language of a tag like `de-AT`; English for those that the platform does not speak. */
export function languageOf(tag: string): Language {
  return tag.toLowerCase().split(/[-_]/)[0] === 'de' ? 'de' : 'en';
}
