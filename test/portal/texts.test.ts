import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MIN_PASSWORD_LENGTH } from '../../contracts/http/auth.ts';
import { MIN_PASSWORD_LENGTH as PORTAL_MIN } from '../../portal/src/auth/password-length.ts';

const FOLDER = fileURLToPath(new URL('../../portal/src/i18n/', import.meta.url));
type Texts = { readonly [key: string]: string | Texts };

/** "a.b.c" to text. */
function flatten(texts: Texts, prefix = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}
const load = async (language: string, file: string): Promise<Map<string, string>> => {
  const module: Record<string, Texts> = await import(`${FOLDER}${language}/${file}`);
  return new Map(Object.values(module).flatMap((texts) => flatten(texts)));
};
const holesIn = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).toSorted();

const files = (await readdir(`${FOLDER}en`)).filter((file) => file.endsWith('.ts'));

test.each(files)('%s says the same things in German, with the same holes', async (file) => {
  const [english, german] = await Promise.all([load('en', file), load('de', file)]);
  expect([...german.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  expect(english.size).toBeGreaterThan(3);
  for (const [key, text] of english) {
    const translated = german.get(key) ?? '';
    expect(translated.trim(), key).not.toBe('');
    expect(holesIn(translated), key).toEqual(holesIn(text));
  }
});

test('no German text of some length was left in English', async () => {
  const same: string[] = [];
  for (const file of files) {
    const [english, german] = await Promise.all([load('en', file), load('de', file)]);
    for (const [key, text] of english) {
      if (text.replaceAll(/\{\{\w+\}\}/g, '').trim().length > 14 && german.get(key) === text) same.push(key);
    }
  }
  expect(same).toEqual([]);
});

test('the portal asks for passwords as long as the API does', () => {
  expect(PORTAL_MIN).toBe(MIN_PASSWORD_LENGTH);
});
