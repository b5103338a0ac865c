import type { FastifyReply, FastifyRequest } from 'fastify';
import { inWords, languageOf } from '../../core/phrases/in-words.ts';
import type { Language, Said } from '../../core/phrases/phrase.ts';

/** Language tags of a header Accept-Language (RFC 9110, 12.5.4), the most wanted first. */
function wantedTags(header: string): string[] {
  return header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

const SPOKEN: ReadonlySet<string> = new Set(['en', 'de']);

/** The language that the reader asks for, among those that the platform speaks; says so in the answer. */
export function readerLanguage(request: FastifyRequest, reply: FastifyReply): Language {
  const header = request.headers['accept-language'] ?? '';
  const tag = wantedTags(header).find((wanted) => SPOKEN.has(wanted.toLowerCase().split('-')[0] ?? ''));
  const language = languageOf(tag ?? 'en');
  reply.header('content-language', language).header('vary', 'Accept-Language');
  return language;
}

/** What was said, for this reader; what is only known as a text stays as it is. */
export function wordsFor<Text extends string | null>(
  language: Language,
  said: Said | null | undefined,
  text: Text,
): string | Text {
  return said == null || said.length === 0 ? text : inWords(said, language);
}
