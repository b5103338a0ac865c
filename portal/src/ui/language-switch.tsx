import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { changeLanguage, currentLanguage, type Language } from '../i18n/i18n.ts';

const OTHER: Readonly<Record<Language, { language: Language; name: string }>> = {
  en: { language: 'de', name: 'Deutsch' },
  de: { language: 'en', name: 'English' },
};

/** To the other language, named in itself. */
export function LanguageSwitch() {
  // Renders again when the language changes.
  useTranslation();
  const { language, name } = OTHER[currentLanguage()];
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-md"
      lang={language}
      onClick={() => void changeLanguage(language)}
    >
      {name}
    </Button>
  );
}
