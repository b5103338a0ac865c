import i18next, { type BackendModule } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { auth } from './en/auth.ts';
import type { common } from './en/common.ts';
import type { customer } from './en/customer.ts';
import type { ops } from './en/ops.ts';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    returnNull: false;
    resources: {
      common: typeof common;
      auth: typeof auth;
      customer: typeof customer;
      ops: typeof ops;
    };
  }
}

type Load = () => Promise<object>;
/** Each language of each part is a file of its own: nobody downloads what they do not read. */
const TEXTS: Readonly<Record<string, Readonly<Record<Language, Load>>>> = {
  common: {
    en: async () => (await import('./en/common.ts')).common,
    de: async () => (await import('./de/common.ts')).common,
  },
  auth: {
    en: async () => (await import('./en/auth.ts')).auth,
    de: async () => (await import('./de/auth.ts')).auth,
  },
  customer: {
    en: async () => (await import('./en/customer.ts')).customer,
    de: async () => (await import('./de/customer.ts')).customer,
  },
  ops: {
    en: async () => (await import('./en/ops.ts')).ops,
    de: async () => (await import('./de/ops.ts')).ops,
  },
};

const backend: BackendModule = {
  type: 'backend',
  init: () => {},
  read: (language, part, done) => {
    const load = TEXTS[part]?.[language as Language];
    if (load === undefined) done(new Error(`no texts ${language}/${part}`), false);
    else
      load().then(
        (texts) => done(null, texts as Record<string, string>),
        (error: Error) => done(error, false),
      );
  },
};

const STORED = 'neverout.language';
const isLanguage = (text: string | null | undefined): text is Language =>
  LANGUAGES.some((language) => language === text);

function storedLanguage(): Language | null {
  try {
    const stored = localStorage.getItem(STORED);
    return isLanguage(stored) ? stored : null;
  } catch {
    return null;
  }
}

const browserLanguage = (): Language =>
  navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';

let started: Promise<void> | undefined;

/** Loads the texts of the frame in the reader's language; the rest comes with the pages. */
export function startI18n(): Promise<void> {
  started ??= start();
  return started;
}

async function start(): Promise<void> {
  const language = storedLanguage() ?? browserLanguage();
  document.documentElement.lang = language;
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      supportedLngs: LANGUAGES,
      ns: ['common'],
      defaultNS: 'common',
      returnNull: false,
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
}

/** Loads the words of one part: those of a page are to be there before it is drawn. */
export async function loadTexts(part: 'auth' | 'customer' | 'ops'): Promise<void> {
  await startI18n();
  await i18next.loadNamespaces(part);
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'en';
}

/** Changes and remembers the language of this browser. */
export async function changeLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Storage is closed: it holds for this visit.
  }
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

/** The language that somebody's account says, unless this browser was told another. */
export async function followAccount(language: string): Promise<void> {
  if (storedLanguage() === null && isLanguage(language) && language !== i18next.language) {
    document.documentElement.lang = language;
    await i18next.changeLanguage(language);
  }
}
