import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/http.ts';
import { type Me, useMe } from '../../api/me.ts';
import { changeLanguage, currentLanguage, LANGUAGES, type Language } from '../../i18n/i18n.ts';
import { Card } from '../../ui/card.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { SavedNote } from '../../ui/saved-note.tsx';

const NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

/** Name and language of the person, in mails and here. */
export function ProfileForm() {
  const { t } = useTranslation(['customer', 'common']);
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState(me.data?.name ?? '');
  const save = useMutation({
    mutationFn: (body: { name?: string; language?: Language }) => call<Me>('PATCH', '/v1/me', { body }),
    onSuccess: (saved) => client.setQueryData(['me'], saved),
  });
  return (
    <Card title={t('settings.profile')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ name: name.trim() });
        }}
      >
        <Stack>
          <TextInput
            label={t('settings.name')}
            autoComplete="name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('settings.language')}
            data={LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
            value={currentLanguage()}
            onChange={(value) => {
              const language = LANGUAGES.find((known) => known === value);
              if (language === undefined) return;
              save.mutate({ language });
              void changeLanguage(language);
            }}
          />
          <ProblemNote error={save.error} />
          <Button type="submit" variant="default" loading={save.isPending}>
            {t('common:action.save')}
          </Button>
          <SavedNote isSaved={save.isSuccess} />
        </Stack>
      </form>
    </Card>
  );
}
